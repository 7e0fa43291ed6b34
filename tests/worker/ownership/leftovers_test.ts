import assert from "node:assert/strict";
import { join } from "node:path";
import type { OwnedResource } from "../../../lib/isolation/isolation.ts";
import { removeLeftovers } from "../../../lib/worker/ownership/leftovers.ts";
import { listOwners, ownersDirectory } from "../../../lib/worker/ownership/owner_files.ts";
import { OwnerLedger } from "../../../lib/worker/ownership/owner_ledger.ts";
import { removeResource } from "../../../lib/worker/ownership/remove_resource.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../../helpers/temporary_directory.ts";
import { runs, startOwner } from "./owner_process.ts";
import { RecordingLogger } from "../recording_logger.ts";

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

const inherit = () => Promise.resolve(false);

/** Leaves a list as a worker that was killed does. */
async function leaveBehind(state: TemporaryDirectory, resources: readonly unknown[]): Promise<string> {
  const id = crypto.randomUUID();
  await Deno.mkdir(ownersDirectory(state.path), { recursive: true });
  await Deno.writeTextFile(join(ownersDirectory(state.path), `${id}.lock`), "");
  const list = join(ownersDirectory(state.path), `${id}.list`);
  await Deno.writeTextFile(list, JSON.stringify(resources));
  return list;
}

Deno.test("the next start removes the directory and the detached processes of a killed worker, nothing of a live one", async () => {
  await using state = await temporaryDirectory();
  await using parent = await temporaryDirectory();
  const directories = { stateDirectory: state.path, parentDirectory: parent.path };
  await using killed = await startOwner(directories);
  await using live = await startOwner(directories);
  await killed.kill();
  assert.ok(await runs(killed.owned.pid), "a killed worker leaves its processes behind");

  const logger = new RecordingLogger();
  await removeLeftovers({ stateDirectory: state.path, remove: removeResource, inherit, logger });

  assert.equal(await runs(killed.owned.pid), false);
  assert.equal(await exists(killed.owned.directory), false);
  assert.ok(await runs(live.owned.pid));
  assert.ok(await exists(live.owned.directory));
  assert.equal((await listOwners(state.path)).length, 1);
  assert.ok(logger.lines.every((line) => line.startsWith("info removed what a killed worker left behind")));

  await live.kill();
  await removeLeftovers({ stateDirectory: state.path, remove: removeResource, inherit, logger });
  assert.equal(await runs(live.owned.pid), false);
  assert.deepEqual([...Deno.readDirSync(parent.path)], []);
  assert.deepEqual([...Deno.readDirSync(ownersDirectory(state.path))], []);
});

Deno.test("processes are ended before directories are removed", async () => {
  await using state = await temporaryDirectory();
  await leaveBehind(state, [
    { kind: "directory", path: "/a" },
    { kind: "vm", program: "tart", name: "v" },
    { kind: "processes", mark: "m" },
    { kind: "container", engine: "docker", name: "c" },
  ]);
  const removed: string[] = [];
  const remove = (resource: OwnedResource) => Promise.resolve(void removed.push(resource.kind));
  await removeLeftovers({ stateDirectory: state.path, remove, inherit, logger: new RecordingLogger() });
  assert.deepEqual(removed, ["processes", "container", "vm", "directory"]);
});

Deno.test("what could not be removed is named and tried again by the next start", async () => {
  await using state = await temporaryDirectory();
  await leaveBehind(state, [{ kind: "directory", path: "/stuck" }, { kind: "directory", path: "/gone" }]);
  const logger = new RecordingLogger();
  const tried: OwnedResource[] = [];
  const remove = (resource: OwnedResource) => {
    tried.push(resource);
    return resource.kind === "directory" && resource.path === "/stuck" && tried.length < 3
      ? Promise.reject(new Error("it is busy; unmount it"))
      : Promise.resolve();
  };
  await removeLeftovers({ stateDirectory: state.path, remove, inherit, logger });
  assert.match(await logger.line(/^error/), /directory \/stuck: it is busy; unmount it/);
  await removeLeftovers({ stateDirectory: state.path, remove, inherit, logger });
  assert.deepEqual(tried.map((resource) => resource.kind === "directory" && resource.path), [
    "/stuck",
    "/gone",
    "/stuck",
  ]);
  assert.deepEqual(await listOwners(state.path), []);
});

Deno.test("entries that this version does not know are kept for the one that does", async () => {
  await using state = await temporaryDirectory();
  const list = await leaveBehind(state, [{ kind: "satellite", name: "s" }, {
    kind: "directory",
    path: "/a",
  }]);
  const logger = new RecordingLogger();
  await removeLeftovers({ stateDirectory: state.path, remove: () => Promise.resolve(), inherit, logger });
  assert.deepEqual(JSON.parse(await Deno.readTextFile(list)), [{ kind: "satellite", name: "s" }]);
  await logger.line(/^warning .* another version/);
});

Deno.test("what a killed worker has to take back is taken over by its successor, and kept for it by others", async () => {
  await using state = await temporaryDirectory();
  const disabled = { kind: "disabled worker", name: "w", endpoint: "http://ci:1" };
  const list = await leaveBehind(state, [disabled]);
  const options = { stateDirectory: state.path, remove: removeResource, logger: new RecordingLogger() };
  await removeLeftovers({ ...options, inherit });
  assert.deepEqual(JSON.parse(await Deno.readTextFile(list)), [disabled]);
  const inherited: unknown[] = [];
  await removeLeftovers({ ...options, inherit: (entry) => Promise.resolve(inherited.push(entry) > 0) });
  assert.deepEqual(inherited, [disabled]);
  assert.equal(await exists(list), false);
});

Deno.test("a file that is no list stops nothing", async () => {
  await using state = await temporaryDirectory();
  const list = await leaveBehind(state, []);
  await Deno.writeTextFile(list, "{{{");
  const other = await leaveBehind(state, [{ kind: "directory", path: "/a" }]);
  const removed: OwnedResource[] = [];
  const remove = (resource: OwnedResource) => Promise.resolve(void removed.push(resource));
  await removeLeftovers({ stateDirectory: state.path, remove, inherit, logger: new RecordingLogger() });
  assert.deepEqual(removed, [{ kind: "directory", path: "/a" }]);
  assert.equal(await exists(other), false);
});

Deno.test("a path that a live worker has made anew is left alone", async () => {
  await using state = await temporaryDirectory();
  const path = "/tmp/cirrus-build-of-a-test";
  await leaveBehind(state, [{ kind: "directory", path }]);
  await using ledger = await OwnerLedger.open(state.path);
  const claim = await ledger.claim({ kind: "directory", path });
  const removed: OwnedResource[] = [];
  const remove = (resource: OwnedResource) => Promise.resolve(void removed.push(resource));
  const options = { stateDirectory: state.path, remove, inherit, logger: new RecordingLogger() };
  await removeLeftovers(options);
  assert.deepEqual(removed, []);
  await claim[Symbol.asyncDispose]();
  await removeLeftovers(options);
  assert.deepEqual(removed, [{ kind: "directory", path }]);
});

Deno.test("a host on which no worker has run yet has nothing left behind", async () => {
  await using state = await temporaryDirectory();
  const stateDirectory = join(state.path, "not", "there");
  await removeLeftovers({ stateDirectory, remove: removeResource, inherit, logger: new RecordingLogger() });
  assert.equal(await exists(stateDirectory), false);
});
