const UNITS = "cirrus-worker.service cirrus-controller.service";

/**
 * What `dpkg` runs around the files of the package, by file name. Source: Debian Policy, chapter 6. Nothing waits for
 * running tasks: a worker that is to end, or to start again, lets them finish by itself.
 */
export const MAINTAINER_SCRIPTS: Readonly<Record<string, string>> = {
  postinst: `#!/bin/sh
set -e
if [ "$1" = configure ]; then
  if ! getent passwd cirrus >/dev/null; then
    adduser --quiet --system --group --home /var/lib/cirrus --no-create-home cirrus
  fi
  install -d -o cirrus -g cirrus -m 0700 /var/lib/cirrus
  # They may hold tokens.
  chown root:cirrus /etc/cirrus /etc/cirrus/worker.yml /etc/cirrus/controller.yml
  chmod 0750 /etc/cirrus
  chmod 0640 /etc/cirrus/worker.yml /etc/cirrus/controller.yml
  if [ -d /run/systemd/system ]; then
    systemctl daemon-reload
    systemctl try-restart --no-block ${UNITS}
  fi
fi
`,
  prerm: `#!/bin/sh
set -e
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
  systemctl disable --quiet ${UNITS}
  systemctl stop --no-block ${UNITS}
fi
`,
  postrm: `#!/bin/sh
set -e
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
fi
if [ "$1" = purge ]; then
  rm -rf /etc/cirrus /var/lib/cirrus
  if getent passwd cirrus >/dev/null && command -v deluser >/dev/null; then
    deluser --quiet --system cirrus ||
      echo "The user cirrus still runs something: remove it with deluser --system cirrus later" >&2
  fi
fi
`,
};
