import assert from "node:assert/strict";
import fc from "fast-check";
import { fit, isBusy, type WorkerCapacity } from "../../../lib/controller/scheduler/fit.ts";
import { describeFit } from "../../../lib/controller/scheduler/describe_fit.ts";
import type { Requirements } from "../../../lib/controller/scheduler/requirements.ts";

const ONE = { maxTasksWithoutResources: 1 };

function requirements(
  { labels = {}, resources = {} }: { labels?: Record<string, string>; resources?: Record<string, number> },
): Requirements {
  return { labels: new Map(Object.entries(labels)), resources: new Map(Object.entries(resources)) };
}

function worker(
  { labels = {}, totals = {}, inUse = {}, ...rest }: {
    labels?: Record<string, string>;
    totals?: Record<string, number>;
    inUse?: Record<string, number>;
    tasksWithResources?: number;
    tasksWithoutResources?: number;
    disabled?: boolean;
  } = {},
): WorkerCapacity {
  return {
    name: "w",
    labels: new Map(Object.entries(labels)),
    totals: new Map(Object.entries(totals)),
    inUse: new Map(Object.entries(inUse)),
    tasksWithResources: 0,
    tasksWithoutResources: 0,
    disabled: false,
    ...rest,
  };
}

Deno.test("fit wants every label of the task with an equal value", () => {
  const mac = requirements({ labels: { os: "darwin", xcode: "16" } });
  assert.equal(fit(mac, worker({ labels: { os: "darwin", xcode: "16", arch: "arm64" } }), ONE).kind, "fits");
  assert.deepEqual(fit(mac, worker({ labels: { os: "linux", xcode: "16" } }), ONE), {
    kind: "label",
    label: "os",
    wanted: "darwin",
    actual: "linux",
  });
  assert.deepEqual(fit(mac, worker({ labels: { os: "darwin" } }), ONE), {
    kind: "label",
    label: "xcode",
    wanted: "16",
  });
});

Deno.test("fit tells resources that are never there from those that are taken now", () => {
  const big = requirements({ resources: { cpu: 8 } });
  assert.equal(fit(big, worker({ totals: { cpu: 4 } }), ONE).kind, "resource");
  assert.equal(fit(big, worker(), ONE).kind, "resource");
  const busy = fit(big, worker({ totals: { cpu: 8 }, inUse: { cpu: 1 }, tasksWithResources: 1 }), ONE);
  assert.deepEqual(busy, { kind: "full", resource: "cpu", wanted: 8, free: 7 });
  assert.ok(isBusy(busy));
});

Deno.test("fit never mixes tasks with and without resources on a worker", () => {
  const plain = requirements({});
  const sized = requirements({ resources: { cpu: 1 } });
  const totals = { cpu: 8 };
  assert.equal(fit(plain, worker({ totals }), ONE).kind, "fits");
  assert.equal(
    fit(plain, worker({ totals, inUse: { cpu: 1 }, tasksWithResources: 1 }), ONE).kind,
    "occupied",
  );
  assert.equal(fit(sized, worker({ totals, tasksWithoutResources: 1 }), ONE).kind, "occupied");
  assert.equal(
    fit(plain, worker({ totals, inUse: { cpu: 1 } }), ONE).kind,
    "occupied",
    "another upstream's task",
  );
});

Deno.test("fit lets a worker run as many tasks without resources at once as it is told", () => {
  const plain = requirements({});
  assert.equal(fit(plain, worker({ tasksWithoutResources: 1 }), ONE).kind, "occupied");
  assert.equal(
    fit(plain, worker({ tasksWithoutResources: 3 }), { maxTasksWithoutResources: 4 }).kind,
    "fits",
  );
  assert.equal(
    fit(plain, worker({ tasksWithoutResources: 4 }), { maxTasksWithoutResources: 4 }).kind,
    "occupied",
  );
});

Deno.test("fit gives a disabled worker nothing", () => {
  assert.equal(fit(requirements({}), worker({ disabled: true }), ONE).kind, "disabled");
});

Deno.test("fit does not mind that fractions do not add up exactly", () => {
  const tenths = requirements({ resources: { cpu: 0.1 } });
  assert.equal(fit(tenths, worker({ totals: { cpu: 0.3 }, inUse: { cpu: 0.1 + 0.1 } }), ONE).kind, "fits");
  assert.equal(fit(tenths, worker({ totals: { cpu: 0.3 }, inUse: { cpu: 0.1 + 0.2 } }), ONE).kind, "full");
});

Deno.test("fit gives nothing to a task that asks for what is no number, and all to one that asks for less than nothing", () => {
  assert.equal(
    fit(requirements({ resources: { cpu: NaN } }), worker({ totals: { cpu: 8 } }), ONE).kind,
    "resource",
  );
  assert.equal(fit(requirements({ resources: { cpu: -1 } }), worker(), ONE).kind, "fits");
});

Deno.test("fit never lets more run than the worker has", () => {
  const amounts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 60 });
  fc.assert(fc.property(fc.integer({ min: 1, max: 100 }), amounts, (total, wanted) => {
    let used = 0;
    for (const amount of wanted) {
      const free = worker({ totals: { cpu: total / 10 }, inUse: { cpu: used / 10 }, tasksWithResources: 1 });
      if (fit(requirements({ resources: { cpu: amount / 10 } }), free, ONE).kind === "fits") used += amount;
    }
    assert.ok(used <= total);
  }));
});

Deno.test("describeFit says what is in the way", () => {
  const texts = [
    fit(requirements({ labels: { os: "darwin" } }), worker({ labels: { os: "linux" } }), ONE),
    fit(requirements({ labels: { gpu: "yes" } }), worker(), ONE),
    fit(requirements({ resources: { cpu: 8 } }), worker({ totals: { cpu: 4 } }), ONE),
    fit(requirements({ resources: { cpu: 3 } }), worker({ totals: { cpu: 4 }, inUse: { cpu: 2 } }), ONE),
    fit(requirements({}), worker({ tasksWithoutResources: 1 }), ONE),
    fit(requirements({}), worker({ disabled: true }), ONE),
  ].map(describeFit);
  assert.deepEqual(texts, [
    "label os is linux (wanted: darwin)",
    "has no label gpu (wanted: yes)",
    "has 4 cpu in all (wanted: 8)",
    "busy: 2 cpu free (wanted: 3)",
    "busy with 1 task",
    "disabled",
  ]);
});
