import assert from "node:assert/strict";
import { join } from "node:path";
import { UsageError } from "../../../lib/cli/usage_error.ts";
import type { UpstreamFlags } from "../../../lib/cli/worker/flags.ts";
import { upstreamFromFlags } from "../../../lib/cli/worker/upstream.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";
import { TestIo } from "../test_io.ts";

const ENDPOINT = "http://ci.example.com:6130";

function read(flags: UpstreamFlags, environment: Readonly<Record<string, string>> = {}) {
  return upstreamFromFlags({ rpcEndpoint: ENDPOINT, name: "mini", ...flags }, new TestIo({ environment }));
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
  const token = async (flags: UpstreamFlags) => (await read(flags, environment)).upstream.token;
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
    () => upstreamFromFlags({ token: "a" }, new TestIo()),
    /https:\/\/grpc\.cirrus-ci\.com:443, is gone since 1 June 2026; start one of your own with "cirrus controller run"/,
  );
});

Deno.test("an endpoint that is none, and a configuration file, are refused before anything starts", async () => {
  await assert.rejects(
    () => read({ token: "a", rpcEndpoint: "ftp://x" }),
    /Cannot use --rpc-endpoint: .*"ftp" is no scheme/,
  );
  await assert.rejects(
    () => read({ token: "a", file: "worker.yml" }),
    /configuration files are not supported yet/,
  );
});

Deno.test("the name is the host's where none is given", async () => {
  const { name } = await upstreamFromFlags({ rpcEndpoint: ENDPOINT, token: "a" }, new TestIo());
  assert.equal(name, Deno.hostname().replace(/\.(lan|local)$/, ""));
  assert.deepEqual(await read({ token: "a", caFile: "ca.pem" }), {
    name: "mini",
    upstream: { endpoint: ENDPOINT, token: "a", caFile: "ca.pem" },
  });
});
