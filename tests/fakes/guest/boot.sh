#!/bin/sh
# A guest that stands in for a virtual machine: PID, mount, network, IPC and UTS namespaces of its own with a veth
# pair to the host, a root file system, and a real OpenSSH server with password login on port 22.
#
# Runs in the foreground, as root, until the guest ends or this process gets a signal; SIGKILL is fine, too. With
# the process everything is gone: all that a guest is made of lives in its namespaces.
#
#   boot.sh --state DIR [OPTION]...
#
#   --state DIR          an existing folder; gets `address` (the guest's), `link` (the host's end of the veth pair)
#                        and `init` (the guest's first process, by the host's count), each whole at once
#   --disk DIR           an existing folder with the guest's disk, which outlives it; a disk in memory otherwise
#   --disk-size SIZE     of a disk in memory, as tmpfs takes it (16m)
#   --share FROM:TO[:ro] a folder of the host inside the guest
#   --userland NAME      `host`: the programs of the host's /usr. `busybox`: BusyBox alone, so no bash and no perl.
#                        `macos`: those of the host, with the `uname`, `ps` and `stat` of macOS
#   --home DIR           files to put into the home folder of `admin`, such as .profile
#   --password WORD      of `admin`, `admin` otherwise
#   --sudo no            `admin` may not run sudo
#   --sshd-after SECONDS when sshd starts, `never` to start it by hand (touch /run/start-sshd in the guest)
#   --sshd-option LINE   of sshd_config, before all others
#   --clock-offset N     seconds that the guest's clock is ahead of the host's. Linux has no namespace for it: the
#                        guest's `date` is a stand-in that can be set, by root only
#   --until-eof          ends when standard input does, too
set -eu
here=$(cd "$(dirname "$0")" && pwd)

state='' disk='' disk_size=512m userland=host home='' password=admin sshd_after=0 clock_offset=0 until_eof=''
sshd_options='' shares='' sudo=yes
newline='
'
while [ $# -gt 0 ]; do
  case $1 in
    --until-eof) until_eof=yes; shift; continue ;;
    --*) [ $# -ge 2 ] || { echo "boot.sh: $1 needs a value" >&2; exit 2; } ;;
  esac
  case $1 in
    --state) state=$2 ;;
    --disk) disk=$2 ;;
    --disk-size) disk_size=$2 ;;
    --share) shares="$shares$2$newline" ;;
    --userland) userland=$2 ;;
    --home) home=$2 ;;
    --password) password=$2 ;;
    --sudo) sudo=$2 ;;
    --sshd-after) sshd_after=$2 ;;
    --sshd-option) sshd_options="$sshd_options$2$newline" ;;
    --clock-offset) clock_offset=$2 ;;
    *) echo "boot.sh: there is no option $1" >&2; exit 2 ;;
  esac
  shift 2
done
[ -d "$state" ] || { echo "boot.sh: --state must name an existing folder" >&2; exit 2; }
export state disk disk_size userland home password sudo sshd_after clock_offset sshd_options shares here

# Dies with this process, and the guest's first process with it. Without CAP_SYS_TIME no guest sets the host's clock.
exec 9</proc/self/ns/net
setpriv --pdeathsig KILL --bounding-set=-sys_time,-sys_module,-sys_rawio \
  unshare --net --mount sh -eu "$here/prepare.sh" </dev/null &
guest=$!
exec 9<&-
# The link goes with the namespace; but that is kept by what a cut link keeps its sockets from saying.
unlink_network() {
  ip link delete "$(cat "$state/link")" 2>/dev/null || true
}
trap 'kill -KILL $guest 2>/dev/null; wait $guest; unlink_network; exit 143' TERM INT HUP
if [ -n "$until_eof" ]; then
  exec 8<&0
  (trap - TERM INT HUP; cat <&8 >/dev/null; kill -TERM $$ 2>/dev/null) &
  exec 8<&-
fi
status=0
wait $guest || status=$?
unlink_network
exit $status
