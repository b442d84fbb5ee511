#!/bin/sh
# The kiosk failed ten times in a quarter of an hour: restart the machine, which mends what a new start of the program does not
# (a hung bus, a file system that went read-only), but once a day at most. In between, start the kiosk again after a while, for
# ever: what was wrong may pass, and nobody is there to do it by hand. Half a minute costs fewer presses than it spares heat.
set -eu
stamp="${STATE_DIRECTORY:?}/restarted"
now=$(date +%s)
last=$(cat "$stamp" 2>/dev/null || echo 0)
case "$last" in '' | *[!0-9]*) last=0 ;; esac
# A clock that went back is no reason to restart: from then on the day is counted anew.
[ "$last" -le "$now" ] || { last=$now && echo "$now" >"$stamp"; }
if [ $((now - last)) -ge 86400 ]; then
  # Without a stamp that stays, it would restart for ever.
  if echo "$now" >"$stamp" && sync "$stamp"; then
    echo "The kiosk does not stay up; the machine restarts."
    exec systemctl reboot
  fi
fi
echo "The kiosk does not stay up; it is tried again in ${RESCUE_WAIT_S:=30} s."
sleep "$RESCUE_WAIT_S"
systemctl reset-failed salve-kiosk.service
exec systemctl start --no-block salve-kiosk.service
