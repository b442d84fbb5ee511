# Takes a kiosk's program, services and settings away again. Sourced by the installer, never run.
# shellcheck shell=bash

uninstall() {
  local name pair
  [ -n "$DRY" ] || [ -n "$ROOT" ] || [ "$(id -u)" -eq 0 ] || die "root rights are needed; run: sudo ./setup.sh kiosk --uninstall"
  for name in salve-screen.service salve-throttled.timer salve-kiosk.service; do
    if is_so systemctl is-enabled "$name" && will "stop $name"; then
      [ -n "$ROOT" ] || systemctl --quiet stop "$name"
      on_machine systemctl --quiet disable "$name"
    fi
  done
  for name in deploy/units/*; do take_away "$UNITS_DIR/$(basename "$name")"; done
  for pair in "${DROP_INS[@]}"; do take_away "${pair#* }"; done
  [ ! -e "$ROOT/boot/firmware/config.txt" ] || write_firmware /dev/null "take our lines out of"
  take_away "$COMMAND" "$HOME_DIR"
  [ -z "$PURGE" ] || forget
  [ -n "$ROOT$DRY" ] || systemctl daemon-reload
  if [ -n "$DRY" ]; then
    say "Nothing was changed."
  elif [ -n "$PURGE" ]; then
    say "Done; nothing of the kiosk is left."
  else
    say "Done. Presses and key are still in $DATA_DIR."
  fi
}

# What nobody can bring back: the key, and presses that the server does not have.
forget() {
  local name
  take_away "$DATA_DIR" "$ETC_DIR" /var/lib/salve-rescue
  for name in salve-kiosk salve-screen; do
    if has_line "$name" /etc/passwd && will "remove the user $name"; then on_machine userdel "$name"; fi
  done
}
