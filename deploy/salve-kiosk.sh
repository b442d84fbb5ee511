#!/bin/sh
# The kiosk's commands, as the kiosk's own user: what another user wrote there, the program could not read.
if [ "$(id -un)" = salve-kiosk ]; then
  exec env SALVE_KIOSK_CONFIG=/etc/salve/kiosk.toml RUNTIME_DIRECTORY=/run/salve-kiosk /opt/salve/venv/bin/salve-kiosk "$@"
fi
if [ "$(id -u)" -eq 0 ]; then
  cd / && exec runuser -u salve-kiosk -- "$0" "$@"
fi
exec sudo -- "$0" "$@"
