#!/usr/bin/env bash
# Everything that one does with Salve on a machine, by verbs. Safe to run twice; needs bash and python3 (or apt to get it).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

readonly VENV="$PWD/.venv"

usage() {
  cat <<'TEXT'
Salve, by verbs:

  ./setup.sh demo      server and one simulated kiosk with a made-up chain, here, in the browser
                       demo --empty starts without the made-up history, demo --fresh begins anew
  ./setup.sh test      install what the tests need, then check the code and run all tests
  ./setup.sh check     the checks alone: style, types, import rules, shell, spelling
  ./setup.sh kiosk     make this Raspberry Pi a kiosk; --dry-run shows every step and changes nothing, --help the rest
  ./setup.sh server    (not in this release) install a production server on Debian
  ./setup.sh bench     what things cost beside a limit or a peer measured in the same run, as one table (half an hour);
                       bench --long adds what takes longer, bench --small only shows in minutes that all of them run; one alone:
                       bench fleet --kiosks 1000 lets so many kiosks come back at once
  ./setup.sh simulate  draw 500 equal stores 200 times over, and count what the head office page would claim of them
  ./setup.sh torture   (not in this release) the promise, tried for hours

Settings are in docs/settings.md.
TEXT
}

say() { printf '%s\n' "$*" >&2; }

die() {
  say "setup: $*"
  exit 1
}

later() {
  die "'$1' comes in a later release; see CHANGELOG.md for what is there now."
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null 2>&1; then
    sudo "$@"
  else
    die "root rights are needed for: $*. Run this as root once, or install sudo."
  fi
}

# apt_install WHY PACKAGE...: says in one sentence what is missing where there is no apt.
apt_install() {
  local why="$1"
  shift
  command -v apt-get >/dev/null 2>&1 || die "$why is missing; install it with this system's packages (on Debian: $*)."
  say "Installing $why ($*) ..."
  local log
  log=$(mktemp)
  if ! { as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq &&
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; } >"$log" 2>&1 </dev/null; then
    tail -n 5 "$log" >&2
    die "apt could not install $why; its last words are above."
  fi
  rm -f "$log"
}

need_python() {
  command -v python3 >/dev/null 2>&1 || apt_install "Python" python3 python3-venv
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    die "Python 3.11 or newer is needed; this is $(python3 --version 2>&1)."
}

# need_packages EXTRAS: the virtual environment with these extras, at the versions of constraints.txt.
need_packages() {
  local extras="$1" stamp wanted log
  need_python
  if ! "$VENV/bin/python" -c '' >/dev/null 2>&1; then
    rm -rf "$VENV"
    if ! python3 -m venv "$VENV" >/dev/null 2>&1; then
      rm -rf "$VENV"
      apt_install "Python's venv" python3-venv
      python3 -m venv "$VENV" || die "python3 could not make a virtual environment in $VENV."
    fi
  fi
  stamp="$VENV/.installed-$extras"
  wanted=$(cat pyproject.toml constraints.txt | sha256sum)
  if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
    say "Installing Python packages into .venv (a minute or two) ..."
    log=$(mktemp)
    if ! "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --constraint constraints.txt \
      --editable ".[$extras]" >"$log" 2>&1 </dev/null; then
      tail -n 5 "$log" >&2
      die "pip could not install the packages; its last words are above. Is the network up?"
    fi
    rm -f "$log"
    printf '%s\n' "$wanted" >"$stamp"
  fi
}

need_chromium() {
  command -v chromium >/dev/null 2>&1 || apt_install "Chromium" chromium
  # Without fonts for Arabic script the pages' widths and pictures mean nothing.
  dpkg -s fonts-noto-core >/dev/null 2>&1 || apt_install "Noto fonts" fonts-noto-core
}

need_postgresql() {
  local server
  for server in /usr/lib/postgresql/*/bin/postgres; do
    [ -x "$server" ] && return
  done
  apt_install "PostgreSQL" postgresql
}

# One test opens the exports in a spreadsheet; where there is no apt it is skipped and says so.
need_spreadsheet() {
  if ! command -v soffice >/dev/null 2>&1 && command -v apt-get >/dev/null 2>&1; then
    (apt_install "LibreOffice Calc" libreoffice-calc-nogui) || say "The test that opens exports in a spreadsheet is skipped."
  fi
}

# The tests of a failing card preload a recorder of writes and syncs that they compile; those of a stepped clock use libfaketime.
need_tools() {
  command -v cc >/dev/null 2>&1 || apt_install "a C compiler" gcc libc6-dev
  ls /usr/lib/*/faketime/libfaketime.so.1 >/dev/null 2>&1 || apt_install "libfaketime" libfaketime
  command -v systemd-analyze >/dev/null 2>&1 || apt_install "systemd-analyze" systemd
}

check() {
  need_packages kiosk,server,archive,postgres,dev
  local bin="$VENV/bin"
  say "Checking style, types, import rules, shell and spelling ..."
  "$bin/ruff" check --quiet
  "$bin/ruff" format --check --quiet
  "$bin/mypy" --no-error-summary
  "$bin/lint-imports" --config pyproject.toml --no-cache >/dev/null || "$bin/lint-imports" --config pyproject.toml --no-cache
  "$bin/shellcheck" -x setup.sh .ci/run deploy/*.sh
  "$bin/codespell"
}

run_tests() {
  need_packages kiosk,server,archive,postgres,dev
  need_chromium
  need_postgresql
  need_tools
  need_spreadsheet
  check
  # Much of a test's time is waiting for processes and a browser, so one more than cores at once; a file's tests stay together and in order.
  exec "$VENV/bin/python" -m pytest -n "$(($(nproc) < 4 ? $(nproc) + 1 : 4))" --dist loadfile --no-loadscope-reorder "$@"
}

# bench: all of them; bench NAME ...: one, such as `bench fleet --kiosks 3000`.
bench() {
  need_packages kiosk,server,archive,postgres,dev
  if [ $# -gt 0 ] && [ "${1#-}" = "$1" ]; then
    local name="$1"
    shift
    exec "$VENV/bin/python" -m "bench.$name" "$@"
  fi
  exec "$VENV/bin/python" -m bench "$@"
}

simulate() {
  need_packages kiosk,server,postgres,dev
  exec "$VENV/bin/python" -m bench.equal_stores "$@"
}

demo() {
  need_packages kiosk,server
  exec "$VENV/bin/python" -m demo "$@"
}

verb="${1:-}"
[ $# -gt 0 ] && shift
case "$verb" in
  demo) demo "$@" ;;
  test) run_tests "$@" ;;
  check) check ;;
  kiosk) exec deploy/install-kiosk.sh "$@" ;;
  bench) bench "$@" ;;
  simulate) simulate "$@" ;;
  server | torture) later "$verb" ;;
  "" | help | -h | --help) usage ;;
  *)
    usage >&2
    die "there is no verb '$verb'."
    ;;
esac
