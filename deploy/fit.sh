# May this machine be a kiosk, and do the options fit? Sourced by the installer, never run.
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

# What would only fail at the end, after all is installed, or not be noticed in a dry run.
check_options() {
  local host letters
  if [ -n "$SERVER" ]; then
    [[ "$SERVER" =~ ^https?://[^/:@?#[:space:]]+(:[0-9]+)?(/[^?#[:space:]]*)?$ ]] ||
      die "--server: '$SERVER' is no address like https://salve.example.com."
    host=${SERVER#*://}
    if [[ "$SERVER" == http://* && ! "$host" =~ ^(localhost|127\.0\.0\.1)([:/]|$) ]]; then
      [ -n "$INSECURE_LAN" ] || grep -q '^insecure_lan *= *true' "$ROOT$ETC_DIR/kiosk.toml" 2>/dev/null ||
        die "--server: http:// would show the key to the whole network; use https://, or --insecure-lan for a network that you trust."
    fi
  fi
  letters=${CODE//[^0-9A-Za-z]/}
  [ -z "$CODE" ] || [ ${#letters} -eq 12 ] || die "--code: '$CODE' is not 12 letters and digits like K7QM-2WXR-9FTB."
  [ -z "$WHEELHOUSE" ] || [ -d "$WHEELHOUSE" ] || die "--wheelhouse: there is no folder $WHEELHOUSE."
  [ -z "$ROOT" ] || [ -d "$ROOT/etc" ] || die "SALVE_ROOT: there is no system in $ROOT; mount the card's root partition there."
}
