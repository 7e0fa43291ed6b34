import assert from "node:assert/strict";
import { AbortReason } from "../../../lib/async/abort_reason.ts";
import { Transfers } from "../../../lib/agent/transfers.ts";
import { FakeVault } from "../../fakes/vault.ts";
import { TestAuthority } from "../../helpers/tls_certificates.ts";
import { AgentUnderTest, script } from "../agent_under_test.ts";

/** A task that prints variables, its environment, and a Vault that holds a password. */
async function start(environment: Record<string, string>, options: { print?: string } = {}) {
  await using resources = new AsyncDisposableStack();
  const vault = resources.use(new FakeVault());
  vault.secrets.set("db", { password: "hunter22", user: "admin", port: 5432, extra: { key: "deep-value" } });
  const agent = resources.use(await AgentUnderTest.create());
  agent.upstream.commands = {
    environment: { CIRRUS_VAULT_URL: vault.url, CIRRUS_VAULT_TOKEN: vault.token, ...environment },
    commands: [script("print", options.print ?? "true")],
  };
  const owned = resources.move();
  return {
    vault,
    agent,
    run: (more: Parameters<typeof agent.run>[0] = {}) =>
      agent.run({ vaultMs: 30_000, vaultRetryMs: 1, ...more }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

Deno.test("variables get their values from Vault before they are expanded, and no log shows them", async () => {
  await using task = await start({
    WHERE: "secret/data/db",
    PASSWORD: "VAULT[$WHERE data.password]",
    PORT: "VAULT[secret/data/db data.port]",
    DEEP: "VAULT[secret/data/db data.extra.key]",
    ADDRESS: "admin:${PASSWORD}@db",
  }, {
    print: 'test "$PASSWORD $PORT $DEEP $ADDRESS" = "hunter22 5432 deep-value admin:hunter22@db"; ' +
      'echo "$ADDRESS" "$DEEP"',
  });

  assert.deepEqual(await task.run(), { kind: "finished", passed: true });

  const log = task.agent.upstream.saved[0]?.text() ?? "";
  assert.match(log, /^admin:HIDDEN-BY-CIRRUS-CI@db HIDDEN-BY-CIRRUS-CI$/m);
  // Not even where the script itself shows, which holds them.
  assert.doesNotMatch(log, /hunter22|deep-value/);
  assert.deepEqual(task.vault.calls, [
    { method: "GET", path: "secret/data/db", query: "", namespace: null, token: task.vault.token },
  ]);
});

Deno.test("a task without such variables does not go to Vault", async () => {
  await using task = await start({ A: "x VAULT[secret/data/db data.password]" });
  assert.deepEqual(await task.run(), { kind: "finished", passed: true });
  assert.deepEqual(task.vault.calls, []);
});

Deno.test("a secret is read once, and one-time codes anew for every variable that says so", async () => {
  await using task = await start({
    A: "VAULT[totp/code/ci code]",
    B: "VAULT[totp/code/ci code]",
    C: "VAULT_NOCACHE[totp/code/ci code]",
    D: "VAULT_NOCACHE[totp/code/ci code]",
  }, { print: 'test "$A" = "$B"; test "$B" != "$C"; test "$C" != "$D"' });
  assert.deepEqual(await task.run(), { kind: "finished", passed: true });
  assert.equal(task.vault.calls.length, 3);
});

Deno.test("the token of CI's identity is changed for one of Vault's, at the place and for the role that are named", async () => {
  await using task = await start({
    CIRRUS_VAULT_TOKEN: "",
    CIRRUS_OIDC_TOKEN: "jwt-of-the-task",
    CIRRUS_VAULT_ROLE: "builds",
    CIRRUS_VAULT_AUTH_PATH: "jwt-cirrusci",
    CIRRUS_VAULT_NAMESPACE: "team/a",
    A: "VAULT[secret/data/db data.user version=1]",
  }, { print: 'test "$A" = admin' });
  task.vault.authPath = "jwt-cirrusci";
  task.vault.namespace = "team/a";
  assert.deepEqual(await task.run(), { kind: "finished", passed: true });
  assert.deepEqual(
    task.vault.calls.map(({ method, path, query, namespace, token }) => [
      method,
      path,
      query,
      namespace,
      token,
    ]),
    [
      ["PUT", "auth/jwt-cirrusci/login", "", "team/a", null],
      ["GET", "secret/data/db", "?version=1", "team/a", task.vault.token],
    ],
  );
});

for (
  const { what, environment, problem } of [
    {
      what: "an address that is missing",
      environment: { CIRRUS_VAULT_URL: "" },
      problem: /its address is not known; set CIRRUS_VAULT_URL/,
    },
    {
      what: "an address that is none",
      environment: { CIRRUS_VAULT_URL: "vault.example.com" },
      problem: /CIRRUS_VAULT_URL must be a URL such as/,
    },
    {
      what: "a wrong token",
      environment: { CIRRUS_VAULT_TOKEN: "hvs.wrong-token" },
      problem: /Reading A from Vault \(secret\/data\/db\): the server answers 403: .*permission denied/,
    },
    {
      what: "no token at all",
      environment: { CIRRUS_VAULT_TOKEN: "" },
      problem:
        /Reading A from Vault \(secret\/data\/db\): the server answers 400: missing client token; set CIRRUS_VAULT_TOKEN or CIRRUS_OIDC_TOKEN/,
    },
    {
      what: "an unknown role",
      environment: {
        CIRRUS_VAULT_TOKEN: "",
        CIRRUS_OIDC_TOKEN: "jwt-of-the-task",
        CIRRUS_VAULT_ROLE: "nobody",
      },
      problem:
        /Logging in at auth\/jwt with CIRRUS_OIDC_TOKEN: .*could not be found; check CIRRUS_VAULT_ROLE/,
    },
    {
      what: "a secret that is not there",
      environment: { A: "VAULT[secret/data/none data.x]" },
      problem: /Reading A from Vault \(secret\/data\/none\): there is no such secret/,
    },
    {
      what: "a path that no engine serves",
      environment: { A: "VAULT[kv/none x]" },
      problem: /the server answers 404: no handler for route/,
    },
    {
      what: "a key that is not there",
      environment: { A: "VAULT[secret/data/db data.pass]" },
      problem: /"data" has no "pass", only "password", "user", "port", "extra"/,
    },
    {
      what: "a reference that is written in a wrong way",
      environment: { A: "VAULT[secret/data/db]" },
      problem: /Reading A from Vault: it must be written as VAULT\[PATH SELECTOR\]/,
    },
  ]
) {
  Deno.test(`${what} fails the task with what to do, and shows no secret`, async () => {
    await using task = await start({ A: "VAULT[secret/data/db data.password]", ...environment });
    const outcome = await task.run();
    assert.equal(outcome.kind, "unprepared");
    assert.match(task.agent.upstream.errors[0] ?? "", problem);
    const said = JSON.stringify([outcome, task.agent.upstream.errors]);
    for (const secret of ["hunter22", "hvs.", "jwt-of-the-task"]) assert.ok(!said.includes(secret), said);
    assert.deepEqual(task.agent.upstream.live, []);
  });
}

for (
  const [what, answer] of [
    ["is sealed", () => Response.json({ errors: ["Vault is sealed"] }, { status: 503 })],
    ["hides behind a proxy in trouble", () => new Response("<html>bad gateway</html>", { status: 502 })],
  ] as const
) {
  Deno.test(`a Vault that ${what} is asked three times`, async () => {
    await using task = await start({ A: "VAULT[secret/data/db data.user]" }, { print: 'test "$A" = admin' });
    task.vault.misbehave = () => task.vault.calls.length < 3 ? answer() : undefined;
    assert.deepEqual(await task.run(), { kind: "finished", passed: true });

    await using hopeless = await start({ A: "VAULT[secret/data/db data.user]" });
    hopeless.vault.misbehave = answer;
    assert.equal((await hopeless.run()).kind, "unprepared");
    assert.match(hopeless.agent.upstream.errors[0] ?? "", /the server answers 50[23]/);
    assert.equal(hopeless.vault.calls.length, 3);
  });
}

Deno.test("a Vault that does not answer is given up", async () => {
  await using task = await start({ A: "VAULT[secret/data/db data.user]" });
  const { promise: never, resolve } = Promise.withResolvers<Response>();
  task.vault.misbehave = () => never;
  const outcome = await task.run({ vaultMs: 100 });
  resolve(new Response());
  assert.equal(outcome.kind, "unprepared");
  assert.match(task.agent.upstream.errors[0] ?? "", /Gave up on waiting for Vault: no progress for 0.1 s/);
});

Deno.test("a server that is no Vault says so, and shows nothing of its answer", async () => {
  await using task = await start({ A: "VAULT[secret/data/db data.user]" });
  task.vault.misbehave = () => new Response("hunter22");
  assert.equal((await task.run()).kind, "unprepared");
  assert.match(
    task.agent.upstream.errors[0] ?? "",
    /the answer is none of HashiCorp Vault's; check CIRRUS_VAULT_URL/,
  );
  assert.ok(!task.agent.upstream.errors[0]?.includes("hunter22"));
});

Deno.test("a task that is cancelled while Vault is asked has not failed", async () => {
  await using task = await start({ A: "VAULT[secret/data/db data.user]" });
  const asked = Promise.withResolvers<void>();
  const { promise: never, resolve } = Promise.withResolvers<Response>();
  task.vault.misbehave = () => {
    asked.resolve();
    return never;
  };
  const controller = new AbortController();
  const running = task.run({ signal: controller.signal });
  await asked.promise;
  controller.abort(new AbortReason("cancelled", "The upstream asked for it"));
  assert.deepEqual(await running, { kind: "cancelled" });
  resolve(new Response());
  assert.deepEqual(task.agent.upstream.errors, []);
});

Deno.test("the standby of a cluster sends on to the active one", async () => {
  await using task = await start({ A: "VAULT[secret/data/db data.user]" }, { print: 'test "$A" = admin' });
  await using standby = new FakeVault();
  standby.misbehave = (request) =>
    new Response(null, {
      status: 307,
      headers: { location: task.vault.url + new URL(request.url).pathname },
    });
  const { commands } = task.agent.upstream;
  commands.environment = { ...commands.environment, CIRRUS_VAULT_URL: standby.url };
  assert.deepEqual(await task.run(), { kind: "finished", passed: true });
  assert.equal(task.vault.calls[0]?.token, task.vault.token);
});

Deno.test("a Vault with a certificate of one's own is reached where its authority is trusted, and keeps its encryption", async () => {
  await using authority = await TestAuthority.create();
  await using task = await start({ A: "VAULT[secret/data/db data.user]" }, { print: 'test "$A" = admin' });
  await using vault = new FakeVault(await authority.issue("IP:127.0.0.1"));
  vault.secrets.set("db", { user: "admin" });
  const { commands } = task.agent.upstream;
  commands.environment = { ...commands.environment, CIRRUS_VAULT_URL: `https://127.0.0.1:${vault.port}` };

  assert.equal((await task.run()).kind, "unprepared");
  assert.match(task.agent.upstream.errors[0] ?? "", /certificate/);

  using transfers = new Transfers({ caFile: authority.caFile });
  assert.deepEqual(await task.run({ transfers }), { kind: "finished", passed: true });

  vault.misbehave = () => new Response(null, { status: 307, headers: { location: task.vault.url } });
  assert.equal((await task.run({ transfers })).kind, "unprepared");
  assert.match(task.agent.upstream.errors.at(-1) ?? "", /sends on to a place without encryption/);
  assert.deepEqual(task.vault.calls, []);
});
