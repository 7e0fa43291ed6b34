import assert from "node:assert/strict";
import { requireGuest } from "../fakes/guest/require_guest.ts";
import { FakeProgram, IMAGE } from "../fakes/vm_program/fake_program.ts";
import { playground } from "./playground.ts";

const MACOS = `
mac_task:
  macos_instance:
    image: ${IMAGE}
  where_script: echo "in $PWD on $CIRRUS_OS" && cat data.txt
  write_script: echo written > made.txt
`;

Deno.test({
  name: "a macos_instance runs in a VM of Tart, in a copy of the project or in the mounted project itself",
  ...requireGuest(),
  async fn() {
    await using program = await FakeProgram.install("tart");
    await using place = await playground({ ".cirrus.yml": MACOS, "data.txt": "delivered\n" });
    const environment = { TART_HOME: program.home.path };
    await Deno.chmod(place.project, 0o777);
    const copy = await place.run(["run", "--tart-lazy-pull"], environment);
    assert.equal(copy.code, 0, copy.stdout + copy.stderr);
    assert.match(copy.stdout, /where \| in \/tmp\/cirrus-ci\/working-dir on darwin\n.*where \| .*delivered/s);
    await assert.rejects(Deno.stat(`${place.project}/made.txt`), Deno.errors.NotFound);

    const dirty = await place.run(["run", "--dirty", "--tart-lazy-pull"], environment);
    assert.equal(dirty.code, 0, dirty.stdout + dirty.stderr);
    assert.match(dirty.stdout, /where \| in \/Volumes\/My Shared Files\/cirrus-project on darwin/);
    assert.equal(await Deno.readTextFile(`${place.project}/made.txt`), "written\n");
    assert.equal(program.calls("pull").length, 1, "lazily");
    assert.deepEqual(program.home.vmNames(), []);
    await place.assertNothingLeft();
  },
});

Deno.test("a machine without the program says which one is missing and how to get it", async () => {
  await using place = await playground({
    ".cirrus.yml": `
mac_task:
  macos_instance: {image: ${IMAGE}}
  main_script: echo never
linux_task:
  persistent_worker: {isolation: {vetu: {image: ${IMAGE}}}}
  main_script: echo never
`,
  });
  const { code, stderr } = await place.run(["run"]);
  assert.equal(code, 2);
  assert.match(stderr, /mac: skipped, it needs tart, which is not in PATH: install it with `brew install/);
  assert.match(stderr, /linux: skipped, it needs vetu, which is not in PATH: install it as https/);
});

Deno.test({
  name: "Ctrl-C ends a run in the middle of a VM's script, and nothing of the VM is left",
  ...requireGuest(),
  async fn() {
    await using program = await FakeProgram.install("tart");
    await using place = await playground({
      ".cirrus.yml": `
mac_task:
  macos_instance: {image: ${IMAGE}}
  main_script: echo begun; sleep 1000
`,
    });
    const run = place.start(["run", "--output=simple"], { TART_HOME: program.home.path });
    await run.hasPrinted("| begun");
    assert.equal(program.home.running().length, 1);
    run.kill("SIGINT");
    assert.equal((await run.ended).code, 130);
    assert.deepEqual(program.home.vmNames(), []);
    await place.assertNothingLeft();
  },
});
