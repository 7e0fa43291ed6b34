import assert from "node:assert/strict";
import { eventually } from "../../helpers/eventually.ts";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  Isolation_TartSchema,
  Isolation_VetuSchema,
  IsolationSchema,
  StandbyInstanceParametersSchema,
} from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { parameters, tart, TestedStandby } from "./tested_standby.ts";

const READY = /a standby instance is ready/;

Deno.test("a machine is kept warm and told with its age, until a task takes it, and then another one is made", async () => {
  await using tested = new TestedStandby(parameters("a"));
  const { standby } = tested;
  await tested.log.line(READY);
  assert.equal(standby.information?.ageSeconds, 0n);
  await eventually(() => standby.information?.ageSeconds === 1n);
  assert.equal(standby.information?.parameters.isolation?.type.case, "tart");

  const machine = await tested.take(tart("a"));
  assert.ok(machine);
  await eventually(() => standby.information !== undefined);
  assert.equal(tested.machines, 2);
  assert.deepEqual(tested.asked, ["a", "a"]);
  assert.deepEqual(tested.outcomes, ["hit"]);
  await machine[Symbol.asyncDispose]();
  await standby.close();
  assert.equal(tested.machines, 0);
});

Deno.test("a task that asks for something else gets nothing, and finds nothing in its way", async () => {
  await using tested = new TestedStandby(parameters("a"));
  for (const isolation of [tart("b"), undefined]) {
    tested.standby.reconsider();
    await eventually(() => tested.standby.information !== undefined);
    assert.equal(await tested.take(isolation), undefined);
    assert.equal(tested.standby.information, undefined);
    if (isolation) assert.equal(tested.machines, 0, "there may be room for only one VM");
    else await eventually(() => tested.machines === 0);
  }
  assert.deepEqual(tested.outcomes, ["miss", "miss"]);
  tested.standby.reconsider();
  await eventually(() => tested.standby.information !== undefined);
});

Deno.test("a task never waits for a machine that is still being made, not even for its own kind", async () => {
  await using tested = new TestedStandby();
  tested.preparation = (signal) =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  tested.standby.update(parameters("a"));
  await eventually(() => tested.asked.length === 1);
  assert.equal(await tested.take(tart("a")), undefined);
  assert.deepEqual(tested.outcomes, [], "none was there to be missed");
  assert.equal(tested.machines, 0);
});

/** Each sets one field of an isolation to something else than its default. */
const TART: readonly MessageInitShape<typeof Isolation_TartSchema>[] = [
  { image: "b" },
  { user: "b" },
  { password: "b" },
  { cpu: 1 },
  { memory: 1 },
  { softnet: true },
  { mountTemporaryWorkingDirectoryFromHost: true },
  { display: "1x1" },
  { volumes: [{ name: "b" }] },
  { diskSize: 1 },
  { port: 1 },
  { syncTimeOverSsh: true },
  { nested: true },
];
const VETU: readonly MessageInitShape<typeof Isolation_VetuSchema>[] = [
  { image: "b" },
  { user: "b" },
  { password: "b" },
  { cpu: 1 },
  { memory: 1 },
  { networking: { case: "bridged", value: {} } },
  { networking: { case: "host", value: {} } },
  { diskSize: 1 },
  { port: 1 },
  { syncTimeOverSsh: true },
  { standardOutputToLogs: true },
];

const isolationOf = (type: MessageInitShape<typeof IsolationSchema>["type"]) =>
  create(IsolationSchema, type && { type });

Deno.test("a task takes a machine only if its isolation says the same in every field", async () => {
  assert.equal(TART.length, Isolation_TartSchema.fields.length);
  assert.equal(VETU.length, Isolation_VetuSchema.fields.length);
  const kept = [isolationOf({ case: "tart", value: {} }), isolationOf({ case: "vetu", value: {} })] as const;
  const others = [
    TART.map((value) => isolationOf({ case: "tart", value })),
    VETU.map((value) => isolationOf({ case: "vetu", value })),
  ] as const;
  for (const [i, isolation] of kept.entries()) {
    await using tested = new TestedStandby(create(StandbyInstanceParametersSchema, { isolation }));
    for (const other of others[i] ?? []) {
      tested.standby.reconsider();
      await eventually(() => tested.standby.information !== undefined);
      assert.equal(await tested.take(other), undefined, JSON.stringify(other.type.value));
    }
  }
});

Deno.test("a machine that was made without what a task gets beside it is ended, and a miss", async () => {
  await using tested = new TestedStandby(parameters("a"));
  tested.suits = ({ gpu }) => gpu === undefined;
  await tested.log.line(READY);
  assert.equal(await tested.take(tart("a"), { gpu: 1 }), undefined);
  assert.equal(tested.machines, 0);
  tested.standby.reconsider();
  await eventually(() => tested.standby.information !== undefined);
  const machine = await tested.take(tart("a"), { cpu: 1 });
  assert.deepEqual(tested.outcomes, ["miss", "hit"]);
  await machine?.[Symbol.asyncDispose]();
});

Deno.test("a machine that comes although nobody wants it any more is removed", async () => {
  const made = Promise.withResolvers<void>();
  await using tested = new TestedStandby();
  tested.preparation = () => made.promise;
  tested.standby.update(parameters("a"));
  await eventually(() => tested.asked.length === 1);
  const taken = tested.take(tart("b"));
  made.resolve();
  assert.equal(await taken, undefined);
  assert.equal(tested.machines, 0);
});

Deno.test("without room no machine is made, and with room it is at the next look", async () => {
  await using tested = new TestedStandby();
  tested.room = false;
  tested.standby.update(parameters("a"));
  assert.deepEqual(tested.asked, []);
  tested.room = true;
  tested.standby.reconsider();
  await tested.log.line(READY);
});

Deno.test("other parameters end the machine and start one of theirs; equal ones change nothing", async () => {
  await using tested = new TestedStandby(parameters("a", { resources: { cpu: 2 } }));
  await tested.log.line(READY);
  tested.standby.update(parameters("a", { resources: { cpu: 2 } }));
  assert.ok(tested.standby.information);
  tested.standby.update(parameters("a", { resources: { cpu: 2 }, warmup: { script: "true" } }));
  assert.equal(tested.standby.information, undefined);
  await eventually(() => tested.standby.information?.parameters.warmup?.script === "true");
  assert.equal(tested.machines, 1);
  tested.standby.update(undefined);
  await eventually(() => tested.machines === 0);
  assert.equal(await tested.take(tart("a")), undefined);
  assert.deepEqual(tested.outcomes, [], "where none is kept, none is missed");
});

Deno.test("a machine that cannot be made is tried again and again, and each cause is logged once", async () => {
  let tries = 0;
  await using tested = new TestedStandby();
  tested.preparation = () => {
    tries++;
    if (tries > 4) return Promise.resolve();
    const name = crypto.randomUUID();
    return Promise.reject(new Error(tries < 4 ? `The VM ${name} got no address` : "no room on the disk"));
  };
  tested.standby.update(parameters("a"));
  await tested.log.line(READY);
  const errors = tested.log.lines.filter((line) => line.startsWith("error"));
  assert.equal(errors.length, 2);
  assert.match(errors[0] ?? "", /could not make a standby instance: The VM .* got no address; trying on/);
  assert.match(errors[1] ?? "", /no room on the disk/);
});

Deno.test("a machine that breaks down while it waits is replaced, and never told or handed over", async () => {
  await using tested = new TestedStandby(parameters("a"));
  await tested.log.line(READY);
  tested.lose(new Error("The VM has ended too early"));
  assert.equal(tested.standby.information, undefined);
  await tested.log.line(/error the standby instance was lost: The VM has ended too early/);
  await eventually(() => tested.standby.information !== undefined);
  assert.equal(tested.asked.length, 2);
  await eventually(() => tested.machines === 1);

  tested.lose(new Error("The VM has ended too early"));
  await eventually(() => tested.asked.length === 3);
  assert.equal(tested.log.lines.filter((line) => line.startsWith("error")).length, 1, "said once");
});

Deno.test("a machine that does not answer any more is ended, and a miss", async () => {
  await using tested = new TestedStandby(parameters("a"));
  await tested.log.line(READY);
  await tested.stopAnswering();
  assert.equal(await tested.take(tart("a")), undefined);
  await tested.log.line(/warning the standby instance does not answer any more: ending it/);
  assert.deepEqual(tested.outcomes, ["miss"]);
});

Deno.test("once closed, nothing is kept any more, whatever comes", async () => {
  await using tested = new TestedStandby(parameters("a"));
  await tested.log.line(READY);
  await tested.standby.close();
  assert.equal(tested.machines, 0);
  tested.standby.reconsider();
  tested.standby.update(parameters("b"));
  assert.deepEqual(tested.asked, ["a"]);
});
