import type { EngineName } from "../../../lib/machine/container/engine_name.ts";
import { containerImage, type ImageContent, removeContainerImages } from "../../helpers/container_images.ts";
import { requireUserland } from "../../helpers/require_userland.ts";
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

const changes = ["USER user"];

/** Every kind of image on one engine: `userlands_test.ts` has them on both. */
const KINDS: readonly [engine: EngineName, kind: string, content: ImageContent][] = [
  ["docker", "busybox", { programs: "busybox" }],
  ["docker", "a user who is not root, bash for every shell", { programs: PROGRAMS, changes }],
  ["podman", "musl", { programs: "musl" }],
  ["podman", "a user of Debian who is not root", { programs: "debian", changes }],
];

for (const [engine, kind, content] of KINDS) {
  const { ignore } = requireUserland(engine, content);
  testMachine(`${engine}, ${kind}`, sharedMachine(engine, content), { ignore });
}
