import assert from "node:assert/strict";
import { join } from "node:path";
import type { ControllerSite } from "./controller_site.ts";
import { controllerSite } from "./controller_site.ts";
import { TestAuthority } from "../helpers/tls_certificates.ts";

const DEFINITION = `
persistent_worker: {}
task:
  name: build
  clone_script: "true"
  things_cache:
    folder: things
    fingerprint_key: things-1
    populate_script: mkdir -p things && echo made > things/a && echo populated
  build_script: mkdir out && cp things/a out/result.txt
  binary_artifacts:
    path: out/*
    type: text/plain
`;

/** Builds what is in the directory; resolves with the build and the text of the cache command's log. */
async function build(site: ControllerSite, ...flags: string[]) {
  await Deno.writeTextFile(join(site.directory, ".cirrus.yml"), DEFINITION);
  const { exitCode, stdout, stderr } = await site.cirrus("submit", "--follow", "--json", ...flags);
  assert.equal(exitCode, 0, stderr + stdout);
  const submitted: { id: string; tasks: { id: string }[] } = JSON.parse(stdout);
  const log = await site.cirrus("logs", ...flags, submitted.tasks[0]?.id ?? "", "things");
  return { id: submitted.id, cacheLog: log.stdout };
}

Deno.test("caches and artifacts go by TLS, with an authority that only the worker was told of", async () => {
  await using authority = await TestAuthority.create();
  await using site = await controllerSite({
    hostname: "localhost",
    certificate: await authority.issue("DNS:localhost", "IP:127.0.0.1"),
  });
  await site.startWorker("mini", { caFile: authority.caFile });
  const flags = [`--ca-file=${authority.caFile}`];
  assert.match((await build(site, ...flags)).cacheLog, /populated/);
  const again = await build(site, ...flags);
  assert.doesNotMatch(again.cacheLog, /populated/);
  const set = { holder: { kind: "build", id: again.id }, name: "binary" } as const;
  const opened = await site.controller.artifacts.open(set, { path: "out/result.txt" });
  assert.equal(await new Response(opened?.body).text(), "made\n");

  const listed = await site.cirrus("artifacts", ...flags, again.id);
  assert.match(listed.stdout, /^NAME .*\nbinary +1 +5 B +text\/plain +build \(\d+\)\n$/);
  const files = await site.cirrus("artifacts", ...flags, again.id, "binary");
  assert.match(files.stdout, /^SIZE .*\n5 B .* out\/result\.txt\n$/);
  const downloaded = await site.cirrus("artifacts", ...flags, "--download=here", again.id);
  assert.equal(downloaded.stdout, `Downloaded 1 file, 5 B, to ${join(site.directory, "here")}\n`);
  assert.equal(await Deno.readTextFile(join(site.directory, "here/binary/out/result.txt")), "made\n");
  const unknown = await site.cirrus("artifacts", ...flags, again.id, "binray");
  assert.equal(unknown.exitCode, 2);
  assert.match(unknown.stderr, /has no artifacts named "binray", did you mean "binary"\?/);
});

Deno.test("a controller whose certificate is not trusted says so, and which flag names its authority", async () => {
  await using authority = await TestAuthority.create();
  await using site = await controllerSite({
    hostname: "localhost",
    certificate: await authority.issue("DNS:localhost", "IP:127.0.0.1"),
  });
  const { exitCode, stderr } = await site.cirrus("builds");
  assert.equal(exitCode, 1);
  assert.match(stderr, /: its certificate is not trusted: name the authority .* by --ca-file; /);
});

Deno.test("workers are sent to the public URL for files", async () => {
  const asked: string[] = [];
  let httpEndpoint = "";
  await using proxy = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { pathname } = new URL(request.url);
    asked.push(`${request.method} ${pathname.split("/", 3).join("/")}`);
    const { method, headers, body } = request;
    return fetch(`${httpEndpoint}${pathname}`, { method, headers, body });
  });
  const publicHttpUrl = `http://127.0.0.1:${proxy.addr.port}`;
  await using site = await controllerSite({ publicHttpUrl });
  httpEndpoint = site.httpEndpoint;
  await site.startWorker("mini");
  await build(site);
  assert.deepEqual(new Set(asked), new Set(["PUT /v1/blobs"]));
  assert.equal(asked.length, 2);
});
