import assert from "node:assert/strict";
import { assertError, taskOf } from "./reading.ts";

interface Case {
  readonly env: Readonly<Record<string, string>>;
  readonly written: string;
  readonly name: string;
  readonly host?: Readonly<Record<string, string>>;
}

const cases: Record<string, Case> = {
  "each way to write a variable": { env: { V: "1" }, written: "$V ${V} %V%", name: "1 1 1" },
  "a name is no word: what follows stays": { env: { FOO: "1" }, written: "$FOOBAR", name: "1BAR" },
  "the longer of two names goes first": { env: { FOO: "1", FOOBAR: "2" }, written: "$FOOBAR", name: "2" },
  "unknown names stay": { env: { V: "1" }, written: "$X ${X} %X%", name: "$X ${X} %X%" },
  "there are no defaults": { env: { V: "1" }, written: "${V:-d}", name: "${V:-d}" },
  "variables of variables": { env: { A: "$B", B: "$C", C: "x" }, written: "$A", name: "x" },
  "the host beats the task": { env: { V: "task" }, host: { V: "host" }, written: "$V", name: "host" },
  "the host alone": { env: {}, host: { V: "host" }, written: "$V", name: "host" },
  "a variable of itself grows ten times": { env: { P: "$P:x" }, written: "$P", name: `$P${":x".repeat(10)}` },
  "what is put together is replaced again": { env: { A: "B", B: "c" }, written: "$$A", name: "c" },
};

for (const [what, { env, host = {}, written, name }] of Object.entries(cases)) {
  Deno.test(`expansion: ${what}`, async () => {
    const source = JSON.stringify({ t_task: { persistent_worker: {}, name: written, env } });
    const task = await taskOf(source, { host });
    assert.equal(task.name, name);
    assert.deepEqual(task.environment ?? {}, env);
  });
}

Deno.test("expansion: variables may stand below what they are used in", async () => {
  assert.equal((await taskOf("t_task:\n  name: $V\n  persistent_worker: {}\n  env: {V: x}\n")).name, "x");
});

Deno.test("expansion: a text that grows without end is an error at its place", async () => {
  const env = Object.fromEntries(["A", "B", "C", "D"].map((name) => [name, "$A$B$C$D".repeat(20)]));
  const source = `t_task:\n  persistent_worker: {}\n  env: ${JSON.stringify(env)}\n  name: $A\n`;
  await assertError(source, { place: "4:3", text: "grows too long" });
});
