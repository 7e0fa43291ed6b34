# The first process of a guest: starts sshd, again when it ends, and waits for whatever loses its parent.
if [ "$sshd_after" = never ]; then
  until [ -e /run/start-sshd ]; do sleep 0.05; done
else
  sleep "$sshd_after"
fi
unset sshd_after
while :; do
  /usr/sbin/sshd -D -e -f /etc/ssh/sshd_config 2>>/var/log/sshd.log
  sleep 0.05
done
