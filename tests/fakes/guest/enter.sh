# Run by prepare.sh as the guest's first process: leaves the host's files, says so, and becomes the guest's own init.

# By the host's count, as this is still the host's /proc.
read -r init rest </proc/self/stat
hostname guest
cp "$here/init.sh" /mnt/root/run/init
mount -t proc proc /mnt/root/proc
mkdir /mnt/root/state
mount --bind "$state" /mnt/root/state
cd /mnt/root
pivot_root . host
umount -l /host
rmdir /host
# Who looks for the file may act in the guest from now on.
echo "$init" >/state/.init
mv /state/.init /state/init
umount /state
rmdir /state
exec env -i "sshd_after=$sshd_after" PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  /bin/sh /run/init </dev/null
