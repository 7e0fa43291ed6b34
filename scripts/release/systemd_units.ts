import { systemdUnit } from "../../lib/cli/service/systemd.ts";

/** The units of the Debian package, by file name. They are started by the operator, once there is a token. */
export function systemdUnits(): Readonly<Record<string, string>> {
  const unit = (program: "worker" | "controller", description: string) =>
    systemdUnit({
      name: `cirrus-${program}`,
      description,
      argv: ["/usr/bin/cirrus", program, "run", `--file=/etc/cirrus/${program}.yml`],
    }, { wantedBy: "multi-user.target", user: "cirrus", stateDirectory: "cirrus" });
  return {
    "cirrus-worker.service": unit("worker", "Persistent worker of Cirrus CI tasks"),
    "cirrus-controller.service": unit("controller", "Controller of Cirrus CI's persistent workers"),
  };
}
