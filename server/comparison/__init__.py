"""A store's service against its experience: roll-ups, definition and analysis become one frozen result."""
