#!/usr/bin/env bash
# Makes a Raspberry Pi a kiosk; called by `./setup.sh kiosk`. Safe to run again: a step that is already so is left alone.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
umask 022
# shellcheck source=deploy/steps.sh
. deploy/steps.sh
# shellcheck source=deploy/fit.sh
. deploy/fit.sh
# shellcheck source=deploy/uninstall.sh
. deploy/uninstall.sh

readonly HOME_DIR=/opt/salve DATA_DIR=/var/lib/salve-kiosk ETC_DIR=/etc/salve UNITS_DIR=/etc/systemd/system
readonly PYTHON="$HOME_DIR/venv/bin/python" COMMAND=/usr/local/bin/salve-kiosk
readonly SOURCES=(wire hardware kiosk deploy docs pyproject.toml constraints.txt README.md LICENSE setup.sh)
readonly DROP_INS=(
  "watchdog.conf /etc/systemd/system.conf.d/50-salve.conf"
  "journald.conf /etc/systemd/journald.conf.d/50-salve.conf"
  "timesyncd.conf /etc/systemd/timesyncd.conf.d/50-salve.conf"
  "wifi.conf /etc/NetworkManager/conf.d/50-salve.conf"
)

usage() {
  cat <<'TEXT'
./setup.sh kiosk [options]: make this Raspberry Pi (64-bit Pi OS, Bookworm or Trixie) a Salve kiosk.

  --server URL      the server's address                      (or SALVE_SERVER; asked for when missing)
  --code CODE       the code that head office made            (or SALVE_CODE; asked for when missing)
  --screen          also show the question page on a display; needs a Pi with 2 GB of memory
  --rtc             a DS3231 clock is wired to the Pi (said once, it stays)
  --insecure-lan    allow a server address with http:// in a network that you trust
  --wheelhouse DIR  take Python packages from this folder, not from the network
  --dry-run         print every step, change nothing; works on any machine
  --uninstall       take everything away again but the data folder; with --purge that too

SALVE_ROOT=/mnt ./setup.sh kiosk installs into a mounted card instead of this machine.
TEXT
}

UNINSTALL="" PURGE="" SCREEN="" RTC="" INSECURE_LAN="" WHEELHOUSE="" SERVER="${SALVE_SERVER:-}" CODE="${SALVE_CODE:-}"

read_options() {
  while [ $# -gt 0 ]; do
    case "$1" in
      --server | --code | --wheelhouse) [ $# -gt 1 ] || die "$1 needs a value." ;;&
      --server) SERVER="$2" && shift ;;
      --code) CODE="$2" && shift ;;
      --wheelhouse) WHEELHOUSE=$(realpath -m "$2") && shift ;;
      --screen) SCREEN=1 ;;
      --rtc) RTC=1 ;;
      --insecure-lan) INSECURE_LAN=1 ;;
      --dry-run) DRY=1 ;;
      --uninstall) UNINSTALL=1 ;;
      --purge) PURGE=1 ;;
      -h | --help) usage && exit 0 ;;
      *) die "there is no option '$1'; ./setup.sh kiosk --help lists them." ;;
    esac
    shift
  done
  [ -z "$PURGE" ] || [ -n "$UNINSTALL" ] || die "--purge goes with --uninstall."
}

check_machine() {
  local reason
  reason=$(unfit)
  if [ -z "$reason" ]; then
    [ -n "$DRY" ] || [ -n "$ROOT" ] || [ "$(id -u)" -eq 0 ] || die "root rights are needed; run: sudo ./setup.sh kiosk"
  elif [ -n "$DRY" ]; then
    say "Not on this machine: $reason"
    say "What would happen on a fit one:"
  else
    die "$reason"
  fi
  [ -z "$ROOT" ] || is_so true ||
    die "programs of the card in $ROOT do not run on this machine; use a Raspberry Pi, or install qemu-user-static first."
}

# ---------- the steps ----------

install_packages() {
  local wanted=(python3-venv python3-gpiozero python3-lgpio python3-evdev) missing=() package browser=chromium
  [ "$(release VERSION_CODENAME)" = bookworm ] && browser=chromium-browser
  [ -z "$SCREEN" ] || wanted+=(cage "$browser" fonts-noto-core)
  # shellcheck disable=SC2016  # a format of dpkg's, not of the shell's
  for package in "${wanted[@]}"; do
    [[ "$(on_machine dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null)" == ii* ]] || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  will "install with apt: ${missing[*]}" || return 0
  on_machine apt-get update -qq
  on_machine env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
    die "apt could not install them; its reason is above. Plain Debian has no python3-lgpio, Raspberry Pi OS has."
}

has_line() { grep -q "^$1:" "$ROOT$2" 2>/dev/null; }

add_user() {
  local name="$1" home="$2" group
  for group in gpio input; do
    if ! has_line "$group" /etc/group && will "add the group $group"; then on_machine groupadd --system "$group"; fi
  done
  if ! has_line "$name" /etc/passwd && will "add the user $name, who can not sign in"; then
    on_machine useradd --system --user-group --home-dir "$home" --no-create-home --shell /usr/sbin/nologin "$name"
  fi
}

make_folders() {
  if [ ! -d "$ROOT$DATA_DIR" ] && will "make $DATA_DIR, for the kiosk alone"; then
    mkdir -p "$ROOT$DATA_DIR"
    chmod 0700 "$ROOT$DATA_DIR"
    on_machine chown salve-kiosk:salve-kiosk "$DATA_DIR"
  fi
}

fingerprint() {
  find "${SOURCES[@]}" -type f -not -path '*/__pycache__/*' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d ' ' -f 1
}

install_program() {
  local wanted find=()
  wanted=$(fingerprint)
  # A new release of the system may have brought another Python, for which nothing is installed.
  if [ "$(cat "$ROOT$HOME_DIR/installed" 2>/dev/null)" = "$wanted" ] && is_so "$PYTHON" -P -c 'import kiosk.running'; then return 0; fi
  will "install the program of this folder into $HOME_DIR" || return 0
  rm -rf "$ROOT$HOME_DIR/source"
  mkdir -p "$ROOT$HOME_DIR/source"
  cp -r "${SOURCES[@]}" "$ROOT$HOME_DIR/source/"
  chmod -R a+rX "$ROOT$HOME_DIR/source"
  if [ -n "$WHEELHOUSE" ]; then
    rm -rf "$ROOT$HOME_DIR/wheelhouse"
    cp -r "$WHEELHOUSE" "$ROOT$HOME_DIR/wheelhouse"
    find=(--no-index --find-links "$HOME_DIR/wheelhouse")
  fi
  # The system's packages must be seen: lgpio and evdev come from apt, because pip has no working ones for every Python.
  if [ ! -e "$ROOT$PYTHON" ] || ! is_so "$PYTHON" -P -c 'import pip'; then
    rm -rf "$ROOT$HOME_DIR/venv"
    on_machine python3 -m venv --system-site-packages "$HOME_DIR/venv"
  fi
  on_machine "$PYTHON" -m pip install --quiet --disable-pip-version-check --no-cache-dir "${find[@]}" \
    --constraint "$HOME_DIR/source/constraints.txt" "$HOME_DIR/source[kiosk]"
  on_machine "$PYTHON" "$HOME_DIR/source/deploy/check_pins.py" || die "the GPIO libraries are not right; the line above says which."
  printf '%s\n' "$wanted" >"$ROOT$HOME_DIR/installed"
}

write_settings() {
  [ -e "$ROOT$ETC_DIR/kiosk.toml" ] || put deploy/kiosk.toml "$ETC_DIR/kiosk.toml" 0644
  [ -z "$SCREEN" ] || add_setting "screen_port = 8010"
  [ -z "$INSECURE_LAN" ] || add_setting "insecure_lan = true"
  put deploy/salve-kiosk.sh "$COMMAND" 0755
}

# add_setting "NAME = VALUE": unless the file already says something about NAME.
add_setting() {
  local file="$ROOT$ETC_DIR/kiosk.toml"
  if ! grep -q "^${1%% =*} *=" "$file" 2>/dev/null && will "add '$1' to $ETC_DIR/kiosk.toml"; then printf '%s\n' "$1" >>"$file"; fi
}

write_units() {
  local before=$CHANGES name pair
  for name in salve-kiosk.service salve-rescue.service salve-throttled.service salve-throttled.timer ${SCREEN:+salve-screen.service}; do
    put "deploy/units/$name" "$UNITS_DIR/$name" 0644
  done
  for pair in "${DROP_INS[@]}"; do
    put "deploy/drop-ins/${pair% *}" "${pair#* }" 0644
  done
  if [ -z "$ROOT$DRY" ] && [ "$CHANGES" -gt "$before" ]; then systemctl daemon-reload; fi
  for name in salve-kiosk.service salve-throttled.timer ${SCREEN:+salve-screen.service}; do
    if ! is_so systemctl is-enabled "$name" && will "start $name at each boot"; then on_machine systemctl --quiet enable "$name"; fi
  done
}

spare_card() {
  if is_so systemctl is-enabled dphys-swapfile.service && will "switch off swapping to the card"; then
    on_machine systemctl --quiet disable dphys-swapfile.service
  fi
}

# write_firmware BLOCK WHAT: config.txt with this block as its last lines; what else is in it stays.
write_firmware() {
  local file="$ROOT/boot/firmware/config.txt" draft
  whole_block "$file" || die "$file has only one of our two marks ('$BLOCK_BEGIN', '$BLOCK_END'); remove it by hand, with our lines."
  draft=$(mktemp)
  if [ -e "$file" ]; then with_block "$file" "$1" >"$draft"; else cat "$1" >"$draft"; fi
  if ! cmp -s "$draft" "$file" && will "$2 /boot/firmware/config.txt, from the next boot on"; then
    [ -e "$file.before-salve" ] || cp "$file" "$file.before-salve"
    # FAT keeps no journal: a new name for a file that is not on the card yet would leave the Pi without settings.
    cp "$draft" "$file.new" && sync "$file.new" && mv -f "$file.new" "$file"
  fi
  rm -f "$draft"
}

firmware_block() {
  # A new release is installed by running this again, and nobody remembers then that there is a clock.
  if [ -n "$RTC" ] || grep -q '^dtoverlay=i2c-rtc,ds3231$' "$ROOT/boot/firmware/config.txt" 2>/dev/null; then
    sed 's/^dtparam=watchdog=on$/&\n# The clock on the I2C pins.\ndtparam=i2c_arm=on\ndtoverlay=i2c-rtc,ds3231/' deploy/config.txt
  else
    cat deploy/config.txt
  fi
}

enrol() {
  if [ -e "$ROOT$DATA_DIR/enrolment.json" ] && [ -z "$CODE" ]; then return; fi
  # A key belongs to one machine, and that is not this one.
  [ -z "$ROOT" ] || { say "  when it runs: sudo salve-kiosk enrol --server URL --code CODE"; return; }
  will "enrol this kiosk at ${SERVER:-a server that it asks for}" || return 0
  ask_for SERVER "The server's address (https://...): "
  ask_for CODE "The code from head office: "
  if [ -z "$SERVER" ] || [ -z "$CODE" ]; then
    say "  Not enrolled yet. When you have them: sudo salve-kiosk enrol --server URL --code CODE"
  elif ! "$COMMAND" enrol --server "$SERVER" --code "$CODE" >&2; then
    say "  Not enrolled yet; the line above says why. The same code once more: sudo salve-kiosk enrol"
    say "  Another code: sudo salve-kiosk enrol --server $SERVER --code CODE"
  fi
}

# ask_for NAME QUESTION: fills an empty variable, where there is somebody to ask.
ask_for() {
  local -n answer="$1"
  if [ -z "$answer" ] && [ -t 0 ]; then read -r -p "  $2" answer; fi
}

start() {
  [ -z "$ROOT" ] || return 0
  if [ "$CHANGES" -gt 0 ] || ! is_so systemctl is-active salve-kiosk.service; then
    will "start the kiosk" || return 0
    # READY comes when presses count; a unit that does not get there fails here and not in the shop.
    systemctl restart salve-throttled.timer ${SCREEN:+salve-screen.service}
    systemctl restart salve-kiosk.service || die "the kiosk does not start; its reason: journalctl -u salve-kiosk -n 20"
  fi
}

install_kiosk() {
  local block
  check_machine
  step "Packages" && install_packages
  step "Users and folders" && add_user salve-kiosk "$DATA_DIR"
  [ -z "$SCREEN" ] || add_user salve-screen /run/salve-screen
  make_folders
  step "Program" && install_program
  write_settings
  step "Services" && write_units
  spare_card
  step "Firmware"
  block=$(mktemp)
  firmware_block >"$block"
  write_firmware "$block" "write our lines into"
  rm -f "$block"
  step "Enrolment" && enrol
  step "Start" && start
  # The plug may be pulled at any moment from now on, and files that are not on the card yet would be there, and empty.
  if [ -z "$DRY" ] && [ "$CHANGES" -gt 0 ]; then sync; fi
  if [ -n "$DRY" ]; then
    say "Nothing was changed."
  elif [ "$CHANGES" -eq 0 ]; then
    say "All of it was so already; nothing was changed."
  elif [ -n "$ROOT" ]; then
    say "Done. Start a Raspberry Pi from this card, then enrol it and try it: sudo salve-kiosk self-test"
  else
    say "Done. Try it: sudo salve-kiosk self-test. Then restart once, for the firmware's settings: sudo reboot"
  fi
}

read_options "$@"
check_options
if [ -n "$UNINSTALL" ]; then uninstall; else install_kiosk; fi
