import assert from "node:assert/strict";
import { join } from "node:path";
import { TestAuthority } from "../helpers/tls_certificates.ts";
import { type Playground, playground } from "./playground.ts";
import type { RunningProgram } from "./running_program.ts";

/** A controller on a free port, and the line that it prints to start a worker. */
async function controllerOf(place: Playground, flags: readonly string[] = []) {
  const program = place.start(["controller", "run", "--listen=127.0.0.1:0", "--data-dir=data", ...flags]);
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
  await stop(worker);
  await stop(program);
});

Deno.test("two controllers do not share a data directory", async () => {
  await using place = await playground();
  const { program } = await controllerOf(place);
  const second = await place.run(["controller", "run", "--listen=127.0.0.1:0", "--data-dir=data"]);
  assert.equal(second.code, 1);
  assert.match(
    second.stderr,
    /another controller has it open; stop that one, or choose another data directory/,
  );
  await stop(program);
});

Deno.test("a controller listens in plaintext for others only where that is insisted on, and warns", async () => {
  await using place = await playground();
  const flags = ["--listen=0.0.0.0:0", "--public-url=http://ci.example.com:6130"];
  const refused = await place.run(["controller", "run", "--data-dir=data", ...flags]);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /Cannot listen on 0\.0\.0\.0:0: without TLS .* or insist with --insecure/);
  const insisting = place.start(["controller", "run", "--data-dir=data", ...flags, "--insecure"]);
  await insisting.hasPrinted("cirrus worker run --rpc-endpoint=http://ci.example.com:6130 ");
  await insisting.hasPrinted("whoever can read the network can read the tokens", "stderr");
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
    [["--registration-token-file=no"], "Cannot read the file of --registration-token-file: "],
    [["--public-url=ftp://x"], "Cannot use --public-url: "],
    [["--listen=6130"], "write it as host:port"],
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
