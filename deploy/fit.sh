# May this machine be a kiosk? Sourced by the installer, never run.
# shellcheck shell=bash

release() { sed -n "s/^$1=\"\{0,1\}\([^\"]*\)\"\{0,1\}\$/\1/p" "$ROOT/etc/os-release" 2>/dev/null; }

# Prints the one reason why not, or nothing.
unfit() {
  local model
  model=$(cat "$ROOT/proc/device-tree/model" 2>/dev/null | tr -d '\0') || true
  case "$model" in
    "Raspberry Pi"*) ;;
    "") [ -n "$ROOT" ] || { echo "this is no Raspberry Pi, whose pins a kiosk needs; to try Salve here, use ./setup.sh demo."; return; } ;;
    *) echo "this is a $model; a kiosk needs the pins of a Raspberry Pi (Zero 2 W, 3, 4 or 5)."; return ;;
  esac
  if [ ! -e "$ROOT/lib/ld-linux-aarch64.so.1" ]; then
    echo "this system is 32-bit, for which the libraries are missing; flash Raspberry Pi OS Lite (64-bit)."
  elif [[ ! "$(release VERSION_CODENAME)" =~ ^(bookworm|trixie)$ ]]; then
    echo "this is $(release PRETTY_NAME); a kiosk needs Raspberry Pi OS Lite (64-bit), Bookworm or Trixie."
  elif [ ! -e "$ROOT/boot/firmware/config.txt" ]; then
    echo "there is no /boot/firmware/config.txt; flash Raspberry Pi OS Lite (64-bit)."
  elif [ -n "$SCREEN" ] && [ -z "$ROOT" ] && [ "$(awk '/^MemTotal/ {print $2}' /proc/meminfo)" -lt 1600000 ]; then
    echo "a display needs a Pi with 2 GB of memory; without --screen the kiosk works here."
  fi
}
