import { buildCommand } from "@stricli/core";
import { type CliContext, type CommandBody, lazily } from "../command.ts";
import { type DefinedFlags, flagsAsGiven, type GivenFlags } from "./given_flags.ts";
import { INSTALL_FLAGS, UNINSTALL_FLAGS } from "./service_flags.ts";

/** A program of ours that can be a service. */
interface ServiceCommandOptions {
  /** As its command is called: `worker`. */
  readonly program: string;
  readonly runFlags: DefinedFlags;
  readonly install: () => Promise<CommandBody<GivenFlags>>;
  readonly uninstall: () => Promise<CommandBody<GivenFlags>>;
  /** Lines of the help. */
  readonly examples: readonly string[];
}

/** The commands `install` and `uninstall` of a program. */
export function serviceCommands({ program, runFlags, install, uninstall, examples }: ServiceCommandOptions) {
  return {
    install: buildCommand<GivenFlags, [], CliContext>({
      loader: lazily(install),
      parameters: {
        flags: flagsAsGiven({ ...runFlags, ...INSTALL_FLAGS }),
        aliases: "file" in runFlags ? { f: "file" } : {},
      },
      docs: {
        brief: `Let the operating system start the ${program} and keep it running`,
        customUsage: ["[flags]"],
        fullDescription: [
          `Let the operating system start the ${program} and keep it running: systemd, launchd or Windows' Task Scheduler.`,
          "",
          `Takes the flags of "cirrus ${program} run". As root it is a service of this host, otherwise one of this user.`,
          "No secret gets into the service's definition: what --token gives is kept in a file of its own.",
          "",
          "EXAMPLES",
          ...examples,
        ].join("\n"),
      },
    }),
    uninstall: buildCommand<GivenFlags, [], CliContext>({
      loader: lazily(uninstall),
      parameters: { flags: flagsAsGiven(UNINSTALL_FLAGS) },
      docs: {
        brief: `Undo install: end the ${program}'s service and remove its definition`,
        customUsage: ["[flags]"],
        fullDescription: [
          `Undo install: end the ${program}'s service once nothing runs there, and remove its definition. Data and logs stay.`,
          "",
          "EXAMPLES",
          `  cirrus ${program} uninstall`,
          `  cirrus ${program} uninstall --service-name=cirrus-${program}-2`,
        ].join("\n"),
      },
    }),
  };
}
