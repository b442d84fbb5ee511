"""The codes that both sides act on: why a request was refused, why a reaction is held."""

from __future__ import annotations

# Refusals of a whole request, as `code` of an application/problem+json body.
MALFORMED = "malformed"
KEY_UNKNOWN = "key-unknown"
KEY_REVOKED = "key-revoked"
HARDWARE_DIFFERS = "hardware-differs"
KIOSK_DISABLED = "kiosk-disabled"
GAP = "gap"
TOO_LARGE = "too-large"
PROTOCOL_UNSUPPORTED = "protocol-unsupported"
BUSY = "busy"
CODE_REFUSED = "code-refused"

# Reasons for holding one reaction: stored raw, answered 200, not counted yet.
HELD_UNKNOWN_BUTTON = "unknown-button"
HELD_UNKNOWN_CONFIG = "unknown-config"
HELD_CONTENT_CONFLICT = "content-conflict"
HELD_FOREIGN_STREAM = "foreign-stream"
HELD_OPAQUE = "opaque"
HELD_QUOTA = "quota"
