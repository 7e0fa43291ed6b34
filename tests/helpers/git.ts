import { runCommand } from "../../lib/process/run_command.ts";

const CONFIGURATION = ["user.name=Test", "user.email=test@example.com", "protocol.file.allow=always"];

/** Runs git in a directory, with an identity of its own and no configuration of this host; returns what it prints. */
export async function git(directory: string, ...args: string[]): Promise<string> {
  const environment = new Map(Object.entries(Deno.env.toObject()))
    .set("GIT_CONFIG_GLOBAL", "/dev/null")
    .set("GIT_CONFIG_NOSYSTEM", "1");
  const flags = CONFIGURATION.flatMap((setting) => ["-c", setting]);
  const { stdout } = await runCommand(["git", ...flags, ...args], {
    workingDirectory: directory,
    environment,
  });
  return new TextDecoder().decode(stdout).trim();
}
