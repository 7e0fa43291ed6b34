# Run by prepare.sh as the guest's first process: leaves the host's files and becomes the guest's own init.
read -r init rest </proc/self/stat
echo "$init" >"$state/.init"
mv "$state/.init" "$state/init"
hostname guest
mkdir -p /mnt/root/run
cp "$here/init.sh" /mnt/root/run/init
mount -t proc proc /mnt/root/proc
cd /mnt/root
pivot_root . host
umount -l /host
rmdir /host
exec env -i "sshd_after=$sshd_after" PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  /bin/sh /run/init </dev/null
