#!/bin/sh
# Stands in for `date` in a guest, whose kernel has the host's clock: one that is ahead by what a file says, and
# that is set by `date [-u] MMDDhhmmYYYY.SS` of root alone, as POSIX has it.
offset_file=/var/lib/clock-offset
now=$(($(busybox date +%s) + $(cat $offset_file)))
for last; do :; done
case ${last-} in
  [01][0-9][0-3][0-9][0-2][0-9][0-5][0-9][0-9][0-9][0-9][0-9].[0-5][0-9])
    if [ "$(id -u)" != 0 ]; then
      echo 'date: cannot set date: Operation not permitted' >&2
      exit 1
    fi
    set -- $(echo "$last" | sed 's/\(..\)\(..\)\(..\)\(..\)\(....\)\.\(..\)/\5-\1-\2 \3:\4:\6/')
    echo $(($(busybox date -u -d "$1 $2" +%s) - $(busybox date +%s))) >$offset_file
    exec busybox date -u -d "$1 $2"
    ;;
esac
exec busybox date -d "@$now" "$@"
