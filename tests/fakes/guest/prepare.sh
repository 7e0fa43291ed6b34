# Run by boot.sh in the guest's network and mount namespaces, with the host's network as descriptor 9: wires the
# guest up, makes its root file system below /mnt, and becomes what waits for the guest's first process.

# Whole at once, so that whoever finds the file can read it.
publish() {
  echo "$2" >"$state/.$1"
  mv "$state/.$1" "$state/$1"
}

on_host() {
  nsenter --net=/proc/self/fd/9 "$@"
}

# The kernel gives out each name of a link once: whoever got it has the four addresses that go with it, of
# 198.18.0.0/15, which RFC 2544 keeps for tests.
wire() {
  number=$(($(od -An -N2 -tu2 /dev/urandom) / 2))
  link=cirrus-g$number
  on_host ip link add "$link" type veth peer name eth0 netns $$ || return
  network=198.$((18 + number / 16384)).$((number / 64 % 256))
  last=$((number % 64 * 4))
  on_host ip address add "$network.$((last + 1))/30" dev "$link"
  on_host ip link set "$link" up
  ip address add "$network.$((last + 2))/30" dev eth0
  ip link set lo up
  ip link set eth0 up
  # After SIGKILL, sockets that a cut link holds up shall not keep the namespace for a quarter of an hour.
  echo 1 >/proc/sys/net/ipv4/tcp_orphan_retries
  publish link "$link"
  address=$network.$((last + 2))
}

mount_programs() {
  mkdir -p usr
  for name in bin lib lib64 sbin; do ln -sfn "usr/$name" "$name"; done
  if [ "$userland" = busybox ]; then
    mkdir -p usr/bin usr/sbin usr/lib usr/lib64 usr/libexec
    cp -p "$(command -v busybox)" /usr/bin/ssh-keygen /usr/bin/sudo usr/bin
    busybox --install -s usr/bin
    cp /usr/sbin/sshd usr/sbin
    for name in lib lib64 libexec; do
      if [ -d "/usr/$name" ]; then mount --bind -o ro "/usr/$name" "usr/$name"; fi
    done
  else
    mkdir -p /mnt/upper /mnt/work
    mount -t overlay -o lowerdir=/usr,upperdir=/mnt/upper,workdir=/mnt/work overlay usr
  fi
  if [ "$userland" != macos ]; then
    rm -f usr/bin/mount
    cp "$here/mount.sh" usr/bin/mount
  else
    mkdir -p usr/libexec/linux
    mv usr/bin/ps usr/bin/stat usr/libexec/linux
    cp "$here"/macos/* usr/bin
  fi
  mkdir -p usr/local/bin usr/local/sbin
  rm -f usr/bin/date
  cp "$here/date.sh" usr/bin/date
  if [ ! -e usr/bin/busybox ]; then cp "$(command -v busybox)" usr/bin; fi
}

mount_devices() {
  mkdir -p dev
  mount -t tmpfs -o mode=755,size=64k dev dev
  for device in null zero full random urandom tty; do
    : >"dev/$device"
    mount --bind "/dev/$device" "dev/$device"
  done
  mkdir dev/pts dev/shm
  mount -t devpts -o newinstance,ptmxmode=666,mode=620 devpts dev/pts
  ln -s pts/ptmx dev/ptmx
  ln -s /proc/self/fd dev/fd
  chmod 1777 dev/shm
}

write_settings() {
  mkdir -p etc/ssh etc/pam.d
  cp -a /etc/alternatives etc
  cp /etc/ld.so.cache etc
  echo 'root:x:0:0::/root:/bin/sh
sshd:x:100:65534::/run/sshd:/bin/false
admin:x:1000:1000::/home/admin:/bin/'"$([ -e usr/bin/bash ] && echo bash || echo sh)" >etc/passwd
  echo 'root:x:0:
admin:x:1000:
nogroup:x:65534:' >etc/group
  (umask 077; echo "root:*:1::::::
admin:$(echo "$password" | busybox mkpasswd -m sha512):1::::::" >etc/shadow)
  echo '127.0.0.1 localhost guest' >etc/hosts
  echo 'export PATH=/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin' >etc/profile
  if [ "$sudo" = yes ]; then echo 'admin ALL=(ALL) NOPASSWD: ALL'; fi >etc/sudoers
  chmod 440 etc/sudoers
  for kind in auth account session password; do echo "$kind required pam_permit.so"; done >etc/pam.d/other
  [ -e etc/ssh/key ] || ssh-keygen -q -t ed25519 -N '' -C guest -f etc/ssh/key
  echo "${sshd_options}HostKey /etc/ssh/key
PasswordAuthentication yes
UsePAM no
UseDNS no
PidFile none
PrintLastLog no
Subsystem sftp /usr/lib/openssh/sftp-server" >etc/ssh/sshd_config
  echo "$clock_offset" >var/lib/clock-offset
}

write_home() {
  mkdir -p root home/admin
  if [ -n "$home" ]; then cp -a "$home/." home/admin; fi
  chmod 700 root
  chmod 755 home/admin
  chown -R 1000:1000 home/admin
}

# SOURCE:TARGET[:ro]
mount_shares() {
  printf %s "$shares" | while IFS=: read -r source target mode; do
    mkdir -p "./$target"
    mount --bind "$source" "./$target"
    if [ "$mode" = ro ]; then mount -o remount,bind,ro "./$target"; fi
  done
}

attempts=0
until wire; do
  attempts=$((attempts + 1))
  [ $attempts -lt 5 ] || exit 1
done
exec 9<&-
if [ -n "$disk" ]; then
  mount --bind "$disk" /mnt
else
  mount -t tmpfs -o "mode=755,size=$disk_size" guest /mnt
fi
mkdir -p /mnt/root/host
mount --bind /mnt/root /mnt/root
cd /mnt/root
chmod 755 .
mkdir -p etc home opt proc run/sshd sys tmp var/lib var/log
chmod 1777 tmp
mount_programs
mount_devices
write_settings
write_home
mount_shares
publish address "$address"
exec unshare --pid --fork --kill-child=KILL --ipc --uts sh -eu "$here/enter.sh"
