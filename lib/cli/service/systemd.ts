import { join } from "node:path";
import type { Service, ServiceManager } from "./service.ts";

/** systemd, for the whole host. */
export const systemdOfHost: ServiceManager = {
  title: "systemd",
  definitionPath: (name) => `/etc/systemd/system/${name}.service`,
  secretsDirectory: "/etc/cirrus",
  define: (service) =>
    systemdUnit(service, { wantedBy: "multi-user.target", user: "root", stateDirectory: "cirrus" }),
  ...commands(["systemctl"]),
};

/** The systemd of one user, which runs while that user is logged in, or always after `loginctl enable-linger`. */
export function systemdOfUser(configurationDirectory: string): ServiceManager {
  return {
    title: "systemd of this user",
    definitionPath: (name) => join(configurationDirectory, "systemd/user", `${name}.service`),
    secretsDirectory: join(configurationDirectory, "cirrus"),
    define: (service) => systemdUnit(service, { wantedBy: "default.target" }),
    ...commands(["systemctl", "--user"]),
  };
}

function commands(systemctl: readonly [string, ...string[]]) {
  return {
    startCommands: (name: string) =>
      [
        [...systemctl, "daemon-reload"],
        [...systemctl, "enable", "--now", `${name}.service`],
      ] as const,
    endCommands: (name: string) =>
      [
        [...systemctl, "disable", `${name}.service`],
        [...systemctl, "stop", "--no-block", `${name}.service`],
      ] as const,
    afterRemoval: [[...systemctl, "daemon-reload"]] as const,
  };
}

/** How a unit differs from place to place. */
export interface UnitOptions {
  readonly wantedBy: string;
  /** Who runs it, with that user's HOME; the manager's own user when absent. */
  readonly user?: string;
  /** The folder below /var/lib that systemd makes for it; the program's own choice when absent. */
  readonly stateDirectory?: string;
}

/** A unit file. Sources: systemd.unit(5), systemd.service(5), systemd.kill(5). */
export function systemdUnit({ description, argv }: Service, options: UnitOptions): string {
  const { wantedBy, user, stateDirectory } = options;
  return [
    "[Unit]",
    `Description=${description}`,
    "Wants=network-online.target",
    "After=network-online.target",
    "",
    "[Service]",
    `ExecStart=${argv.map(quote).join(" ")}`,
    "ExecReload=/bin/kill -HUP $MAINPID",
    ...(user === undefined ? [] : [`User=${user}`]),
    ...(stateDirectory === undefined ? [] : [`StateDirectory=${stateDirectory}`, "StateDirectoryMode=0700"]),
    // An end that an upstream asked for is meant; what a person has to mend first is not tried again.
    "Restart=on-failure",
    "RestartSec=5",
    "RestartPreventExitStatus=2",
    // The first signal goes to the program alone, which lets what runs finish.
    "KillMode=mixed",
    "TimeoutStopSec=2h",
    "LimitNOFILE=65536",
    "",
    "[Install]",
    `WantedBy=${wantedBy}`,
    "",
  ].join("\n");
}

/** An argument as `ExecStart=` reads it back: `%` and `$` stand for themselves only when doubled. */
function quote(argument: string): string {
  const doubled = argument.replaceAll("%", "%%").replaceAll("$", () => "$$");
  if (/^[\w@%+=:,./$-]+$/.test(doubled)) return doubled;
  return `"${doubled.replace(/["\\]/g, "\\$&").replaceAll("\n", "\\n")}"`;
}
