import assert from "node:assert/strict";
import { join } from "node:path";
import { LocalMachine } from "../../../lib/machine/local/local_machine.ts";
import { runCommand } from "../../../lib/process/run_command.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";
import { testMachine } from "../contract.ts";

/** A machine in a directory of its own, with `work` and `tmp`. */
async function localMachine() {
  await using resources = new AsyncDisposableStack();
  const directory = resources.use(await temporaryDirectory()).path;
  for (const name of ["work", "tmp"]) await Deno.mkdir(join(directory, name));
  const machine = resources.use(
    new LocalMachine({
      workingDirectory: join(directory, "work"),
      temporaryDirectory: join(directory, "tmp"),
      environment: new Map([["PATH", Deno.env.get("PATH") ?? ""]]),
      mark: `test/${crypto.randomUUID()}`,
    }),
  );
  const owned = resources.move();
  return {
    machine,
    directory: join(directory, "work"),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

testMachine("local", localMachine, { ignore: Deno.build.os === "windows" });

Deno.test("a port of the worker's loopback is reached as it is", async () => {
  await using it = await localMachine();
  assert.deepEqual(await it.machine.expose(4_711), { hostname: "127.0.0.1", port: 4_711 });
});

Deno.test({
  name: "a pipe in the place of a file holds nobody up who reads or writes it",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using it = await localMachine();
    const path = join(it.directory, "pipe");
    await runCommand(["mkfifo", path]);
    await assert.rejects(it.machine.files.read(path), /pipe: it is no file$/);
    await assert.rejects(it.machine.files.write(path, new Uint8Array(1)), /pipe: it is no file but a pipe$/);
  },
});
