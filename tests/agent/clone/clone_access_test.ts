import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { ofProcesses } from "../../helpers/processes.ts";
import { requireEngine } from "../../helpers/require_engine.ts";
import { TestAuthority } from "../../helpers/tls_certificates.ts";
import { withoutPrograms } from "../../helpers/without_programs.ts";
import { CloningTask } from "./cloning_task.ts";
import { Origin } from "./origin.ts";
import { testClone } from "./test_clone.ts";

const TOKEN = "ghs-very-secret-token";
const BASIC = Buffer.from(`x-access-token:${TOKEN}`).toString("base64");
const needsGit = requireEngine("git");
const onLinux = { ignore: needsGit.ignore || Deno.build.os !== "linux" };

/** The command lines of all processes. */
function commandLines(): string {
  return ofProcesses((folder) => Deno.readTextFileSync(`${folder}/cmdline`)).join("\n");
}

/** All that is below a folder, as one text. */
function contentsOf(directory: string): string {
  return [...Deno.readDirSync(directory)].map(({ name, isDirectory }) => {
    const path = join(directory, name);
    return isDirectory ? contentsOf(path) : Buffer.from(Deno.readFileSync(path)).toString("latin1");
  }).join("\n");
}

async function privateOrigin(): Promise<Origin> {
  const origin = await Origin.start();
  await origin.commit({ "a.txt": "one" });
  origin.server.authorization = `Basic ${BASIC}`;
  return origin;
}

/** Clones, and fails where the token shows; resolves with the command lines of all processes meanwhile. */
async function cloneUnseen(task: CloningTask, origin: Origin, variables: Readonly<Record<string, string>>) {
  let seen = "";
  origin.server.onRequest = () => seen += commandLines();
  assert.ok(await task.clone({ CIRRUS_BRANCH: "main", ...variables }), task.log);
  for (const place of [seen, task.log, contentsOf(task.directory), contentsOf(task.mirrors)]) {
    assert.ok(!place.includes(TOKEN) && !place.includes(BASIC));
  }
  return seen;
}

Deno.test({
  name: "a token opens a private repository and shows in no command line, no log, no file",
  ...onLinux,
  async fn() {
    await using origin = await privateOrigin();
    await using task = await CloningTask.create();
    const seen = await cloneUnseen(task, origin, {
      CIRRUS_REPO_CLONE_URL: origin.url,
      CIRRUS_REPO_CLONE_TOKEN: TOKEN,
    });
    assert.equal(await task.read("a.txt"), "one");
    assert.match(seen, /fetch\0--quiet/);
  },
});

Deno.test({
  name: "user and password of a clone URL reach the server, and show nowhere either",
  ...onLinux,
  async fn() {
    await using origin = await privateOrigin();
    await using task = await CloningTask.create();
    await cloneUnseen(task, origin, {
      CIRRUS_REPO_CLONE_URL: origin.url.replace("http://", `http://x-access-token:${TOKEN}@`),
    });
    assert.equal(await task.git("remote", "get-url", "origin"), origin.url);
  },
});

Deno.test({
  name: "a wrong token fails and says so without showing it",
  ...needsGit,
  async fn() {
    await using origin = await privateOrigin();
    await using task = await CloningTask.create();
    const variables = { CIRRUS_REPO_CLONE_URL: origin.url, CIRRUS_BRANCH: "main" };
    for (const token of [{}, { CIRRUS_REPO_CLONE_TOKEN: "wrong-token" }]) {
      assert.equal(await task.clone({ ...variables, ...token }), false);
      assert.match(task.log, /\nCloning \S+: it does not let us in; set CIRRUS_REPO_CLONE_TOKEN, or see/);
      assert.doesNotMatch(task.log, /wrong-token/);
    }
  },
});

testClone("a network error is retried once", async (origin, task) => {
  await origin.commit({ "a.txt": "one" });
  const variables = { CIRRUS_REPO_CLONE_URL: origin.url, CIRRUS_BRANCH: "main" };
  origin.server.failures.push(503);
  assert.ok(await task.clone(variables), task.log);
  assert.match(task.log, /\nCould not reach \S+, trying again\n/);
  origin.server.failures.push(503, 503);
  assert.equal(await task.clone(variables), false);
  assert.match(task.log, /\nCloning \S+: it cannot be reached; check the URL, and the network/);
});

Deno.test({
  name: "an origin that cannot be reached fails and is named",
  ...needsGit,
  async fn() {
    await using task = await CloningTask.create();
    // Nothing listens on port 1.
    const url = "http://127.0.0.1:1/project.git";
    assert.equal(await task.clone({ CIRRUS_REPO_CLONE_URL: url, CIRRUS_BRANCH: "main" }), false);
    assert.match(task.log, /\nCloning http:\S+: it cannot be reached; .*Failed to connect/);
  },
});

Deno.test("a host without git fails by name", async () => {
  await using task = await CloningTask.create();
  await using _programs = await withoutPrograms();
  assert.equal(
    await task.clone({ CIRRUS_REPO_CLONE_URL: "http://127.0.0.1:1/x.git", CIRRUS_BRANCH: "main" }),
    false,
  );
  assert.match(task.log, /\nRunning the instruction clone: there is no git on the worker's host; install it/);
});

Deno.test("a URL that would run a program on the worker's host is refused", async () => {
  await using task = await CloningTask.create();
  const mark = join(task.agent.directory, "ran");
  assert.equal(
    await task.clone({ CIRRUS_REPO_CLONE_URL: `ext::touch ${mark}`, CIRRUS_BRANCH: "main" }),
    false,
  );
  assert.match(
    task.log,
    /^"ext::touch [^"]*" is no URL of a repository: write one that starts with https:\/\//,
  );
  await assert.rejects(Deno.lstat(mark), Deno.errors.NotFound);
});

testClone(
  "the clone of a task that is cancelled ends, and leaves nothing on the worker's host",
  async (origin, task) => {
    await origin.commit({ "a.txt": "one" });
    const cancel = new AbortController();
    origin.server.onRequest = () => cancel.abort();
    const variables = { CIRRUS_REPO_CLONE_URL: origin.url, CIRRUS_BRANCH: "main" };
    assert.equal(await task.clone(variables, { signal: cancel.signal }), false);
    assert.deepEqual(task.agent.upstream.states, { clone: "ABORTED" });
    assert.deepEqual(task.agent.leftovers(), []);
  },
);

const AUTHORITIES = ["GIT_SSL_CAINFO", "SSL_CERT_FILE"] as const;

/** Sets the variables that name authorities, until disposed. */
function authorities(values: Partial<Record<typeof AUTHORITIES[number], string>>): Disposable {
  const before = AUTHORITIES.map((name) => [name, Deno.env.get(name)] as const);
  const set = (name: string, value: string | undefined) =>
    value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
  for (const name of AUTHORITIES) set(name, values[name]);
  return { [Symbol.dispose]: () => before.forEach(([name, value]) => set(name, value)) };
}

for (const variable of AUTHORITIES) {
  Deno.test({
    name: `a repository is cloned by TLS whose authority ${variable} of the worker names`,
    ...needsGit,
    async fn() {
      await using authority = await TestAuthority.create();
      await using origin = await Origin.start(await authority.issue("IP:127.0.0.1"));
      await origin.commit({ "a.txt": "by TLS" });
      await using task = await CloningTask.create();
      const variables = { CIRRUS_REPO_CLONE_URL: origin.url, CIRRUS_BRANCH: "main" };
      {
        using _none = authorities({});
        assert.equal(await task.clone(variables), false);
      }
      assert.match(
        task.log,
        /certificate is of no authority that is trusted here; name that in SSL_CERT_FILE/,
      );
      assert.doesNotMatch(task.log, /damaged/);
      using _named = authorities({ [variable]: authority.caFile });
      assert.ok(await task.clone(variables), task.log);
      assert.equal(await task.read("a.txt"), "by TLS");
    },
  });
}

Deno.test({
  name: "what a mirror holds of a private repository is for nobody whom its server does not let in",
  ...needsGit,
  async fn() {
    await using origin = await privateOrigin();
    await using task = await CloningTask.create();
    const change = await origin.git("rev-parse", "HEAD");
    const variables = { CIRRUS_REPO_CLONE_URL: origin.url, CIRRUS_CHANGE_IN_REPO: change };
    assert.ok(await task.clone({ ...variables, CIRRUS_REPO_CLONE_TOKEN: TOKEN }), task.log);
    assert.ok(!await task.clone(variables));
    assert.match(task.log, /it does not let us in; set CIRRUS_REPO_CLONE_TOKEN/);
    assert.ok(await task.clone({ ...variables, CIRRUS_REPO_CLONE_TOKEN: TOKEN }), task.log);
  },
});
