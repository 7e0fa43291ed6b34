import { join } from "node:path";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";

/** OpenSSH's own programs, to compare with: `ssh` and `scp` that log in with a password and know no host. */
export interface PlainSsh extends AsyncDisposable {
  /** Runs it to its end and resolves with the milliseconds that took. */
  run(program: "ssh" | "scp", args: readonly string[]): Promise<number>;
}

const OPTIONS = [
  ...["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "GlobalKnownHostsFile=/dev/null"],
  ...["LogLevel=ERROR", "PreferredAuthentications=password", "NumberOfPasswordPrompts=1"],
].flatMap((option) => ["-o", option]);

/** `password` is that of the guests. */
export async function plainSsh(password: string): Promise<PlainSsh> {
  const directory = await temporaryDirectory();
  const askpass = join(directory.path, "askpass");
  await Deno.writeTextFile(askpass, `#!/bin/sh\necho ${password}\n`, { mode: 0o700 });
  return {
    async run(program, args) {
      const start = performance.now();
      const { success, stderr } = await new Deno.Command(program, {
        args: [...OPTIONS, ...args],
        env: { SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: "force" },
        stdin: "null",
        stdout: "null",
        stderr: "piped",
      }).output();
      if (!success) throw new Error(`${program} failed: ${new TextDecoder().decode(stderr)}`);
      return performance.now() - start;
    },
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}
