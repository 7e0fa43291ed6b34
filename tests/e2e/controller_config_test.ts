import assert from "node:assert/strict";
import { join } from "node:path";
import { type Playground, playground } from "./playground.ts";

const write = (place: Playground, text: string) =>
  Deno.writeTextFile(join(place.project, "controller.yml"), text);

const FREE_PORTS = "listen: 127.0.0.1:0\nhttp-listen: 127.0.0.1:0\ndata-dir: data\n";

Deno.test("a controller does what its file says, which wins over flags", async () => {
  await using place = await playground();
  await write(place, `${FREE_PORTS}log: {level: warning, file: controller.log}\n`);
  const program = place.start(["controller", "run", "-f", "controller.yml", "--listen=256.256.256.256:1"]);
  const printed = await program.hasPrinted("--token-file=");
  assert.match(printed, /^Data +\/.*\/data$/m);
  program.kill("SIGTERM");
  assert.equal((await program.ended).code, 0);
  assert.equal(await Deno.readTextFile(join(place.project, "controller.log")), "");
});

Deno.test("SIGHUP brings a controller other limits and another level, and names what needs a new start", async () => {
  await using place = await playground();
  await write(place, `${FREE_PORTS}keep: 30d\n`);
  const program = place.start(["controller", "run", "-f", "controller.yml"]);
  await program.hasPrinted("--token-file=");
  await write(
    place,
    `${FREE_PORTS}keep: 1d
max-disk: 1 GB
worker-timeout: 1m
queue-timeout: 1h
public-url: https://ci.example.com
log: {level: debug, format: json}
`,
  );
  program.kill("SIGHUP");
  const log = await program.hasPrinted(
    "read again: keep, max-disk, queue-timeout, worker-timeout, log level changed",
    "stderr",
  );
  assert.match(log, /public-url.{1,2} cannot change while the controller runs \(controller\.yml:8:1\)/);
  assert.match(log, /log.{1,2} cannot change while the controller runs \(controller\.yml:9:1\)/);

  await write(place, `${FREE_PORTS}keep: forever\n`);
  program.kill("SIGHUP");
  const then = await program.hasPrinted("the old one stays", "stderr");
  assert.match(then, /controller\.yml:4:7: Invalid \\"keep\\": expected whole days or a duration/);
  program.kill("SIGTERM");
  assert.equal((await program.ended).code, 0);
});

for (
  const [what, text, messages] of [
    ["unknown keys", "keap: 1d\nmax_disk: 1GB\n", [
      'controller.yml:1:1: Unknown key "keap"; did you mean "keep"?',
      'controller.yml:2:1: Unknown key "max_disk"; did you mean "max-disk"?',
    ]],
    ["values that make no sense", "listen: 6130\nkeep: 0d\nmax-disk: lots\ninsecure: maybe\n", [
      'controller.yml:1:9: Cannot read the address "6130": write it as host:port',
      'controller.yml:2:7: Invalid "keep": expected whole days or a duration, above zero, such as 30d or 12h',
      'controller.yml:3:11: Cannot read the size "lots"',
      'controller.yml:4:11: Invalid "insecure": it must be true or false, this is a text',
    ]],
    ["half of a certificate", "tls-cert: cert.pem\n", [
      'controller.yml:1:1: "tls-cert" needs the private key too: write "tls-key"',
    ]],
    ["files that are not there", "tls-cert: no.pem\ntls-key: no.pem\napi-token-file: no\n", [
      'controller.yml:1:11: Cannot read the file of "tls-cert": No such file',
      'controller.yml:2:10: Cannot read the file of "tls-key": No such file',
      "controller.yml:3:17: Cannot read the token: No such file",
    ]],
  ] as const
) {
  Deno.test(`a controller's file with ${what} stops the start, and all of it is told`, async () => {
    await using place = await playground();
    await write(place, text);
    const { code, stdout, stderr } = await place.run(["controller", "run", "--file=controller.yml"]);
    assert.deepEqual([code, stdout], [2, ""]);
    for (const message of messages) assert.ok(stderr.includes(message), `${message}\n${stderr}`);
  });
}
