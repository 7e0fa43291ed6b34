import assert from "node:assert/strict";
import { join } from "node:path";
import { UsageError } from "../../../lib/cli/usage_error.ts";
import type { UpstreamFlags } from "../../../lib/cli/worker/flags.ts";
import { readSettings } from "../../../lib/cli/worker/worker_settings.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";
import { TestIo } from "../test_io.ts";

const ENDPOINT = "http://ci.example.com:6130";

function read(flags: UpstreamFlags, environment: Readonly<Record<string, string>> = {}) {
  return readSettings({ rpcEndpoint: ENDPOINT, name: "mini", ...flags }, new TestIo({ environment }));
}

/** A worker's file, in a folder of the test's own. */
async function workerFile(text: string) {
  const folder = await temporaryDirectory();
  const path = join(folder.path, "worker.yml");
  await Deno.writeTextFile(path, text);
  return { path, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

/** A token file with these permissions, in a folder of the test's own. */
async function tokenFile(text: string, mode = 0o600) {
  const folder = await temporaryDirectory();
  const path = join(folder.path, "token");
  await Deno.writeTextFile(path, text);
  await Deno.chmod(path, mode);
  return { path, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

Deno.test("the token comes from a flag, else from the environment", async () => {
  await using file = await tokenFile("from-file\n");
  const environment = { CIRRUS_WORKER_TOKEN: "from-environment" };
  const token = async (flags: UpstreamFlags) => (await read(flags, environment)).upstreams[0]?.token;
  assert.equal(await token({ token: "from-flag" }), "from-flag");
  assert.equal(await token({ tokenFile: file.path }), "from-file");
  assert.equal(await token({}), "from-environment");
});

Deno.test("two flags that give a token are an error that names both", async () => {
  await assert.rejects(
    () => read({ token: "a", tokenFile: "b" }),
    new UsageError("Both --token and --token-file give a token: remove one of them"),
  );
});

Deno.test("a missing token is asked for by all the ways to give it", async () => {
  const message =
    "The pool's registration token is missing: give it by --token-file, CIRRUS_WORKER_TOKEN or --token";
  await assert.rejects(() => read({}), new UsageError(message));
  await assert.rejects(() => read({ token: "" }), new UsageError(message));
  await assert.rejects(() => read({}, { CIRRUS_WORKER_TOKEN: "" }), new UsageError(message));
});

Deno.test("a token file that others can read, that is empty or missing is refused", async () => {
  await using open = await tokenFile("secret", 0o644);
  await using empty = await tokenFile(" \n");
  await assert.rejects(
    () => read({ tokenFile: open.path }),
    new UsageError(`Cannot use the token in ${open.path}: others can read it; run "chmod 600 ${open.path}"`),
  );
  await assert.rejects(
    () => read({ tokenFile: empty.path }),
    new UsageError(`Cannot use the token in ${empty.path}: the file is empty`),
  );
  await assert.rejects(
    () => read({ tokenFile: "/nowhere/token" }),
    /Cannot read the file of --token-file: No such file/,
  );
});

Deno.test("a start that ends up with the upstream that is gone says how to get another", async () => {
  await assert.rejects(
    () => readSettings({ token: "a" }, new TestIo()),
    /https:\/\/grpc\.cirrus-ci\.com:443, is gone since 1 June 2026; start one of your own with "cirrus controller run"/,
  );
});

Deno.test("an endpoint that is none is refused before anything starts", async () => {
  await assert.rejects(
    () => read({ token: "a", rpcEndpoint: "ftp://x" }),
    /Cannot use --rpc-endpoint: .*"ftp" is no scheme/,
  );
});

Deno.test("the name is the host's where none is given", async () => {
  const { name } = await readSettings({ rpcEndpoint: ENDPOINT, token: "a" }, new TestIo());
  assert.equal(name, Deno.hostname().replace(/\.(lan|local)$/, ""));
  assert.deepEqual(await read({ token: "a", caFile: "ca.pem" }), {
    name: "mini",
    upstreams: [{ endpoint: ENDPOINT, token: "a", caFile: "ca.pem" }],
    warnings: [],
  });
});

Deno.test("what the file says wins over the flags, which win over the environment", async () => {
  await using token = await tokenFile("from-its-file\n");
  await using file = await workerFile(
    `name: from-file\ntoken-file: ${token.path}\nrpc: {endpoint: "http://from-file:1"}\n`,
  );
  await using empty = await workerFile("labels: {}\n");
  const environment = { CIRRUS_WORKER_TOKEN: "from-environment" };
  const flags = { token: "from-flag", caFile: "from-flag.pem" };
  const { name, upstreams } = await read({ ...flags, file: file.path }, environment);
  assert.deepEqual({ name, upstreams }, {
    name: "from-file",
    upstreams: [{ endpoint: "http://from-file:1", token: "from-its-file", caFile: "from-flag.pem" }],
  });
  assert.equal((await read({ ...flags, file: empty.path }, environment)).upstreams[0]?.token, "from-flag");
  assert.equal((await read({ file: empty.path }, environment)).upstreams[0]?.token, "from-environment");
});

const SEVERAL = 'upstreams:\n- {endpoint: "http://a", token: a}\n- {endpoint: "http://b", token: b}\n';

Deno.test("flags for one upstream and several upstreams in the file are an error that names both", async () => {
  await using file = await workerFile(`name: x\n${SEVERAL}`);
  for (
    const [flag, flags] of [
      ["--token", { token: "x" }],
      ["--token-file", { tokenFile: "x" }],
      ["--ca-file", { caFile: "x" }],
      ["--rpc-endpoint", { rpcEndpoint: "http://x" }],
    ] as const
  ) {
    await assert.rejects(
      () => readSettings({ file: file.path, ...flags }, new TestIo()),
      new UsageError(`${flag} and "upstreams" (${file.path}:2:1) exclude each other: remove one of them`),
    );
  }
});

Deno.test("several upstreams have their own tokens; the environment's is ignored with a warning", async () => {
  await using file = await workerFile(SEVERAL);
  const read = (environment: Record<string, string>) =>
    readSettings(
      { file: file.path, rpcEndpoint: "https://grpc.cirrus-ci.com:443" },
      new TestIo({ environment }),
    );
  const { upstreams, warnings } = await read({ CIRRUS_WORKER_TOKEN: "x" });
  assert.deepEqual(upstreams, [{ endpoint: "http://a", token: "a" }, { endpoint: "http://b", token: "b" }]);
  assert.match(warnings.join(), /^CIRRUS_WORKER_TOKEN is ignored: the upstreams of .*worker\.yml/);
  assert.deepEqual((await read({})).warnings, []);
});

Deno.test("the upstream that is gone is warned of wherever it is named", async () => {
  const gone = "https://grpc.cirrus-ci.com:443";
  await using file = await workerFile(`upstreams: [{endpoint: "${gone}", token: a}]\n`);
  for (const flags of [{ token: "a", rpcEndpoint: gone }, { file: file.path, rpcEndpoint: gone }]) {
    const { warnings } = await read(flags);
    assert.match(warnings.join(), /is gone since 1 June 2026.*"cirrus controller run"/);
  }
});

Deno.test("files of tokens and authorities that a file names are checked, all at once and with their places", async () => {
  await using open = await tokenFile("secret", 0o644);
  await using empty = await tokenFile("\n");
  await using file = await workerFile(`upstreams:
- {endpoint: "http://a", token-file: ${open.path}}
- {endpoint: "http://b", token-file: ${empty.path}}
- {endpoint: "http://c", token-file: /nowhere/token, ca-file: /nowhere/ca.pem}
- {endpoint: "http://d", token: same-token}
- {endpoint: "http://d", token: same-token}
`);
  await assert.rejects(() => readSettings({ file: file.path }, new TestIo()), (error) => {
    assert.ok(error instanceof UsageError);
    const lines = error.message.split("\n").filter((line) => line.startsWith(file.path))
      .map((line) => line.slice(file.path.length + 1));
    assert.deepEqual(lines, [
      `2:38: Cannot use the token in ${open.path}: others can read it; run "chmod 600 ${open.path}"`,
      `3:38: Cannot use the token in ${empty.path}: the file is empty`,
      "4:38: Cannot read the token: No such file or directory (os error 2): stat '/nowhere/token'",
      "4:63: Cannot read the file of \"ca-file\": No such file or directory (os error 2): readfile '/nowhere/ca.pem'",
      "6:3: The upstream http://d is there twice with one token: remove one of them",
    ]);
    assert.ok(!error.message.includes("same-token"));
    return true;
  });
});

Deno.test("a file that is not there, or does not hold, is a wrong use of the command", async () => {
  await assert.rejects(
    () => readSettings({ file: "/nowhere.yml" }, new TestIo()),
    /^UsageError: \/nowhere\.yml: Cannot read the configuration file: No such file/,
  );
  await using file = await workerFile("nam: x\n");
  await assert.rejects(
    () => readSettings({ file: file.path }, new TestIo()),
    /worker\.yml:1:1: Unknown key "nam"; did you mean "name"\?/,
  );
});
