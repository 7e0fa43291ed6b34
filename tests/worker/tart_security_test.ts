import assert from "node:assert/strict";
import { join } from "node:path";
import { FakeProgram, IMAGE } from "../fakes/vm_program/fake_program.ts";
import { temporaryDirectory } from "../helpers/temporary_directory.ts";
import { type AssignmentInit, TaskUpstream } from "./task_upstream.ts";
import { TestedWorker } from "./tested_worker.ts";

type Volumes = { name: string; source: string; readOnly?: boolean }[];

function inTart(volumes: Volumes, image = IMAGE): AssignmentInit {
  const value = { image, user: "admin", password: "admin", volumes };
  return { isolation: { type: { case: "tart", value } } };
}

/** A host with `tart`, on which no machine gets further than being run, and a folder with a link that leads out of it. */
async function site(security: Parameters<typeof TestedWorker.start>[1]) {
  await using resources = new AsyncDisposableStack();
  const root = await Deno.realPath(resources.use(await temporaryDirectory()).path);
  await Deno.mkdir(join(root, "cache", "real"), { recursive: true });
  await Deno.symlink(join(root, "cache", "real"), join(root, "cache", "inside"));
  await Deno.symlink("/etc", join(root, "cache", "outside"));
  const program = resources.use(await FakeProgram.install("tart"));
  program.fault("run", { fails: "this is far enough" });
  const upstream = resources.use(await TaskUpstream.start());
  const options = JSON.parse(JSON.stringify(security).replaceAll("ROOT", root));
  resources.use(await TestedWorker.start([upstream], options));
  const owned = resources.move();
  return {
    root,
    program,
    /** Runs a task up to its failure, which it tells. */
    async fail(task: AssignmentInit): Promise<string> {
      upstream.assign("1", task);
      const { request } = await upstream.workers.next("taskFailed");
      await upstream.workers.next("taskStopped");
      return request.message;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const SECURITY = {
  "allowed-isolations": {
    tart: {
      "allowed-images": ["ghcr.io/cirruslabs/*"],
      "allowed-volumes": [{ source: "ROOT/cache/*", "force-readonly": true }],
      "force-softnet": true,
      "softnet-allow": ["192.168.0.0/24", "10.0.0.0/8"],
    },
  },
};

Deno.test("tart is run with the real path of what is allowed, and with the network that is forced", async () => {
  await using its = await site({ security: SECURITY });
  const source = `${its.root}//cache/./x/../inside`;
  assert.match(await its.fail(inTart([{ name: "v", source, readOnly: true }])), /this is far enough/);
  const [call] = its.program.calls("run");
  const argv = call?.argv.join(" ") ?? "";
  assert.ok(argv.includes("--net-softnet --net-softnet-allow 192.168.0.0/24,10.0.0.0/8 "), argv);
  assert.ok(argv.includes(` --dir v:${its.root}/cache/real:ro `), argv);
});

const REFUSED: { name: string; task: (root: string) => AssignmentInit; words: RegExp }[] = [
  {
    name: "a volume that may only be read",
    task: (root) => inTart([{ name: "v", source: `${root}/cache/real` }]),
    words: /refuse the volume ".*\/cache\/real", .* allowed only read-only/,
  },
  {
    name: "a volume behind a link that leads out",
    task: (root) => inTart([{ name: "v", source: `${root}/cache/outside`, readOnly: true }]),
    words: /refuse the volume ".*\/cache\/outside", which is \/etc, /,
  },
  {
    name: "an image of somebody else",
    task: () => inTart([], "ghcr.io/evil/macos:latest"),
    words: /refuse the image "ghcr\.io\/evil\/macos:latest", /,
  },
];

for (const { name, task, words } of REFUSED) {
  Deno.test(`${name} is refused before tart is called`, async () => {
    await using its = await site({ security: SECURITY });
    assert.match(await its.fail(task(its.root)), words);
    assert.deepEqual(its.program.home.journal().filter(({ argv }) => argv[0] !== "list"), []);
  });
}

Deno.test("a worker of cirrus run mounts what its own user's file says", async () => {
  await using its = await site({ security: "unrestricted" });
  assert.match(await its.fail(inTart([{ name: "v", source: "/etc" }])), /this is far enough/);
  const argv = its.program.calls("run")[0]?.argv.join(" ") ?? "";
  assert.ok(argv.includes(" --dir v:/etc ") && !argv.includes("softnet"), argv);
});
