#!/bin/sh
# mount(8) of a virtual machine of Linux under Tart: /run/virtiofs is what Tart shares, under the tag that it has for it.
if [ "${1-} ${2-} ${3-}" = '-t virtiofs com.apple.virtio-fs.automount' ] && [ $# -eq 4 ]; then
  if [ "$(id -u)" != 0 ]; then
    echo "mount: $4: must be superuser to use mount." >&2
    exit 1
  fi
  if [ ! -d /run/virtiofs ]; then
    echo "mount: $4: wrong fs type, bad option, bad superblock on $3, missing codepage or helper program." >&2
    exit 32
  fi
  exec busybox mount -o rbind /run/virtiofs "$4"
fi
exec busybox mount "$@"
