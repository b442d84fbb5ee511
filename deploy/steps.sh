# What the installer's steps are made of: say it, try it, do it only when it is not so already. Sourced, never run.
# shellcheck shell=bash

# A mounted card or image to install into instead of this machine; commands then run inside it.
ROOT="${SALVE_ROOT:-}"
DRY=""
CHANGES=0

say() { printf '%s\n' "$*" >&2; }

die() {
  say "setup: $*"
  exit 1
}

# will WHAT: announces a change; false in a dry run, in which nothing may follow it.
will() {
  CHANGES=$((CHANGES + 1))
  if [ -n "$DRY" ]; then
    say "  would $*"
    return 1
  fi
  say "  $*"
}

step() { say "$*"; }

# on_machine COMMAND...: on this machine, or inside the mounted one.
on_machine() {
  if [ -n "$ROOT" ]; then chroot "$ROOT" "$@"; else "$@"; fi
}

# is_so COMMAND...: a question whose answer is an exit status, and which changes nothing.
is_so() { on_machine "$@" >/dev/null 2>&1; }

# put SOURCE TARGET MODE: a file with exactly this content and mode.
put() {
  local source="$1" target="$2" mode="$3"
  if cmp -s "$source" "$ROOT$target" && [ "$(stat -c %a "$ROOT$target")" = "${mode#0}" ]; then return; fi
  will "write $target" || return 0
  mkdir -p "$(dirname "$ROOT$target")"
  install -m "$mode" "$source" "$ROOT$target.new"
  mv -f "$ROOT$target.new" "$ROOT$target"
}

# put_text TARGET MODE: the same, from standard input.
put_text() {
  local draft
  draft=$(mktemp)
  cat >"$draft"
  put "$draft" "$1" "$2"
  rm -f "$draft"
}

# take_away PATH...: files and folders that should not be there.
take_away() {
  local path
  for path in "$@"; do
    if [ -e "$ROOT$path" ] || [ -L "$ROOT$path" ]; then
      if will "remove $path"; then rm -rf -- "$ROOT$path"; fi
    fi
  done
}

# with_block FILE BLOCK: FILE's text without the lines between the markers, then the lines of BLOCK (which may be /dev/null).
readonly BLOCK_BEGIN="# salve-kiosk begin" BLOCK_END="# salve-kiosk end"
# whole_block FILE: whether both marks are there, or none; with one alone, all that follows it would be taken for ours.
whole_block() {
  [ "$(grep -c "^$BLOCK_BEGIN" "$1" 2>/dev/null)" = "$(grep -c "^$BLOCK_END" "$1" 2>/dev/null)" ]
}
with_block() {
  awk -v begin="$BLOCK_BEGIN" -v end="$BLOCK_END" 'index($0, begin) == 1 {inside = 1} !inside {print} index($0, end) == 1 {inside = 0}' "$1"
  cat "$2"
}
