import assert from "node:assert/strict";
import { join } from "node:path";
import { findLocalController } from "../../lib/cli/controller/local_controller.ts";
import { eventually } from "../helpers/eventually.ts";
import { TestAuthority } from "../helpers/tls_certificates.ts";
import { type Playground, playground } from "./playground.ts";
import type { RunningProgram } from "./running_program.ts";

const FREE_PORTS = ["--listen=127.0.0.1:0", "--http-listen=127.0.0.1:0"];

/** A controller on free ports, and the line that it prints to start a worker. */
async function controllerOf(place: Playground, flags: readonly string[] = []) {
  const program = place.start(["controller", "run", ...FREE_PORTS, "--data-dir=data", ...flags]);
  const printed = await program.hasPrinted("--token-file=");
  const [, line = ""] = /^ {2}cirrus (worker run .*)$/m.exec(printed) ?? [];
  return { program, workerLine: line.split(" ") };
}

/** Ends a program as an operator does, and expects that it does so in order. */
async function stop(program: RunningProgram) {
  program.kill("SIGTERM");
  const end = await program.ended;
  assert.equal(end.code, 0, end.stderr);
  return end;
}

Deno.test("a controller prints the line that starts a worker, and that worker joins", async () => {
  await using place = await playground();
  const { program, workerLine } = await controllerOf(place);
  const worker = place.start(workerLine);
  await worker.hasPrinted("worker successfully registered", "stderr");
  await program.hasPrinted("joined", "stderr");
  await stop(worker);
  const { stdout, stderr } = await stop(program);
  const token = await Deno.readTextFile(join(place.project, "data", "registration-token"));
  assert.ok(token.length > 40);
  assert.ok(!(stdout + stderr).includes(token.trim()), "it shows no token");
});

/** Asks the HTTP API that a controller in `data` has, with its token. */
async function ask(place: Playground, path: string, init: RequestInit & { client?: Deno.HttpClient } = {}) {
  const controller = await findLocalController(join(place.project, "data"));
  assert.ok(controller);
  const token = (await Deno.readTextFile(controller.apiTokenFile)).trim();
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  return await fetch(`${controller.endpoint}${path}`, { headers, ...init });
}

Deno.test("a build that is posted to a controller runs on its worker", async () => {
  await using place = await playground();
  const { program, workerLine } = await controllerOf(place);
  const worker = place.start([...workerLine, "--name=mini"]);
  const definition = "persistent_worker: {}\ntask:\n  clone_script: echo none\n  main_script: echo hello\n";
  const posted = await ask(place, "/v1/builds", { method: "POST", body: JSON.stringify({ definition }) });
  assert.equal(posted.status, 201, await posted.clone().text());
  const { id } = await posted.json();
  await eventually(async () => (await (await ask(place, `/v1/builds/${id}`)).json()).status === "completed");
  await stop(worker);
  const { stdout, stderr } = await stop(program);
  const token = (await Deno.readTextFile(join(place.project, "data", "api-token"))).trim();
  assert.ok(!(stdout + stderr).includes(token), "it shows no token");
  await assert.rejects(ask(place, "/v1/builds"), "its port is free again");
});

Deno.test("a worker brings back what an earlier task cached at the controller", async () => {
  await using place = await playground();
  const { program, workerLine } = await controllerOf(place);
  const worker = place.start([...workerLine, "--name=mini"]);
  const definition = `
persistent_worker: {}
task:
  clone_script: echo none
  deps_cache:
    folder: deps
    populate_script: mkdir deps && echo populated > deps/file
`;
  const body = JSON.stringify({ definition });
  const logs: string[] = [];
  for (let run = 0; run < 2; run++) {
    const posted = await ask(place, "/v1/builds", { method: "POST", body });
    const { id, tasks: [task] } = await posted.json();
    await eventually(async () =>
      (await (await ask(place, `/v1/builds/${id}`)).json()).status === "completed"
    );
    logs.push(await (await ask(place, `/v1/task/${task.id}/logs/deps.log`)).text());
  }
  assert.match(logs[0] ?? "", /^Cache miss for deps!$/m);
  assert.match(logs[1] ?? "", /^Cache hit for deps!$/m);
  await stop(worker);
  await stop(program);
});

Deno.test("a controller makes its token once, in a file that only its owner can read", async () => {
  await using place = await playground();
  const path = join(place.project, "data", "registration-token");
  await stop((await controllerOf(place)).program);
  const token = await Deno.readTextFile(path);
  assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
  assert.equal((await Deno.stat(join(place.project, "data"))).mode! & 0o777, 0o700);
  const { program, workerLine } = await controllerOf(place);
  assert.equal(await Deno.readTextFile(path), token);
  assert.ok(workerLine.includes(`--token-file=${path}`));
  await stop(program);
});

Deno.test("a controller is reached by TLS where it has a certificate", async () => {
  await using place = await playground();
  await using authority = await TestAuthority.create();
  const { cert, key } = await authority.issue("IP:127.0.0.1");
  await Deno.writeTextFile(join(place.project, "cert.pem"), cert);
  await Deno.writeTextFile(join(place.project, "key.pem"), key);
  const { program, workerLine } = await controllerOf(place, ["--tls-cert=cert.pem", "--tls-key=key.pem"]);
  assert.ok(workerLine.some((word) => word.startsWith("--rpc-endpoint=https://127.0.0.1:")));
  const worker = place.start([...workerLine, `--ca-file=${authority.caFile}`]);
  await worker.hasPrinted("worker successfully registered", "stderr");
  using client = Deno.createHttpClient({ caCerts: [await Deno.readTextFile(authority.caFile)] });
  const builds = await ask(place, "/v1/builds", { client });
  assert.equal(builds.status, 200);
  await builds.body?.cancel();
  await stop(worker);
  await stop(program);
});

Deno.test("two controllers do not share a data directory", async () => {
  await using place = await playground();
  const { program } = await controllerOf(place);
  const second = await place.run(["controller", "run", ...FREE_PORTS, "--data-dir=data"]);
  assert.equal(second.code, 1);
  assert.match(
    second.stderr,
    /another controller has it open; stop that one, or choose another data directory/,
  );
  await stop(program);
});

Deno.test("a controller listens in plaintext for others only where that is insisted on, and warns", async () => {
  await using place = await playground();
  const flags = [
    "--http-listen=127.0.0.1:0",
    "--listen=0.0.0.0:0",
    "--public-url=http://ci.example.com:6130",
  ];
  const refused = await place.run(["controller", "run", "--data-dir=data", ...flags]);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /Cannot listen on 0\.0\.0\.0:0: without TLS .* or insist with --insecure/);
  const insisting = place.start(["controller", "run", "--data-dir=data", ...flags, "--insecure"]);
  await insisting.hasPrinted("cirrus worker run --rpc-endpoint=http://ci.example.com:6130 ");
  await insisting.hasPrinted("whoever can read the network can read the tokens", "stderr");
  await insisting.hasPrinted("workers on other machines cannot reach 127.0.0.1:0, where caches", "stderr");
  await stop(insisting);
});

Deno.test("a second signal ends a controller at once", async () => {
  await using place = await playground();
  const { program, workerLine } = await controllerOf(place);
  const worker = place.start(workerLine);
  await worker.hasPrinted("worker successfully registered", "stderr");
  worker.kill("SIGSTOP");
  program.kill("SIGINT");
  await program.hasPrinted("a second signal ends at once", "stderr");
  program.kill("SIGINT");
  assert.equal((await program.ended).code, 130);
  worker.kill("SIGCONT");
  worker.kill("SIGTERM");
  worker.kill("SIGTERM");
  await worker.ended;
});

for (
  const [flags, message] of [
    [["--tls-cert=cert.pem"], "--tls-cert needs the private key too: give --tls-key"],
    [["--tls-key=key.pem"], "--tls-key needs the certificate too: give --tls-cert"],
    [["--tls-cert=no.pem", "--tls-key=no.pem"], "Cannot read the file of --tls-cert: "],
    [["--api-token-file=no"], "Cannot read the file of --api-token-file: "],
    [["--registration-token-file=no"], "Cannot read the file of --registration-token-file: "],
    [["--public-url=ftp://x"], "Cannot use --public-url: "],
    [["--listen=6130"], "write it as host:port"],
    [["--keep=0d"], "expected whole days or a duration, above zero, such as 30d or 12h"],
    [["--max-disk=lots"], "write a number and a unit"],
    [["--queue-timeout=0"], "expected a duration above zero"],
  ] as const
) {
  Deno.test(`a controller with ${flags.join(" ")} does not start and says why`, async () => {
    await using place = await playground();
    const { code, stderr, stdout } = await place.run(["controller", "run", "--data-dir=data", ...flags]);
    assert.equal(code, 2);
    assert.ok(stderr.includes(message), stderr);
    assert.equal(stdout, "");
  });
}
