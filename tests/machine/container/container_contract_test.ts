import { ENGINE_NAMES, type EngineName } from "../../../lib/machine/container/engine_name.ts";
import { containerImage, type ImageContent, removeContainerImages } from "../../helpers/container_images.ts";
import { requireEngine } from "../../helpers/require_engine.ts";
import { TestContainer } from "../../helpers/test_container.ts";
import { type MachineUnderTest, testMachine } from "../contract.ts";

Deno.test.afterAll(removeContainerImages);

/** What the scripts of the contract call, of GNU's make. */
const PROGRAMS = [
  ..."bash cat chmod cp cut env find head ln ls mkdir mkfifo nohup pidof pkill readlink rm setsid sleep stat tar touch wc"
    .split(" "),
];

/** One container for all tests of its kind: only those that dispose of it make the next one start another. */
function sharedMachine(engine: EngineName, content: ImageContent): () => Promise<MachineUnderTest> {
  let current: TestContainer | undefined;
  Deno.test.afterAll(async () => await current?.[Symbol.asyncDispose]());
  return async () => {
    const directory = `/tmp/test-${crypto.randomUUID()}`;
    const isUsable = await current?.machine.files.makeDirectory(directory).then(() => true, () => false);
    if (!current || !isUsable) {
      current = await TestContainer.start(engine, {
        container: { image: await containerImage(engine, content) },
      });
      await current.machine.files.makeDirectory(directory);
    }
    return { machine: current.machine, directory, [Symbol.asyncDispose]: () => Promise.resolve() };
  };
}

for (const engine of ENGINE_NAMES) {
  const { ignore } = requireEngine(engine);
  // Most tests of containers have this image; here one engine is enough for it.
  if (engine === "docker") {
    testMachine(`${engine}, busybox`, sharedMachine(engine, { programs: "busybox" }), { ignore });
  }
  testMachine(
    `${engine}, a user who is not root, bash for every shell`,
    sharedMachine(engine, { programs: PROGRAMS, changes: ["USER user"] }),
    { ignore },
  );
}
