import assert from "node:assert/strict";
import { Modifiers } from "../../../lib/worker/modifiers/modifiers.ts";

const device = (path: string, match: Record<string, number>) => ({
  match,
  append: { run: ["--device", path] },
});

/** The device that is taken, if any. */
function taken(modifiers: Modifiers, resources: Record<string, number>): string | undefined {
  return modifiers.take(resources)?.runArguments[1];
}

Deno.test("a modifier matches a task that asks for each of its resources, and for no more of it", () => {
  const modifier = device("/dev/a", { gpu: 2, disk: 10 });
  const take = (resources: Record<string, number>) => taken(new Modifiers([modifier]), resources);
  assert.equal(take({ gpu: 2, disk: 10 }), "/dev/a");
  assert.equal(take({ gpu: 0.5, disk: 0, cpu: 4 }), "/dev/a");
  for (const resources of [{}, { gpu: 2 }, { disk: 10 }, { gpu: 2.5, disk: 10 }, { GPU: 2, disk: 10 }]) {
    assert.equal(take(resources), undefined, JSON.stringify(resources));
  }
});

Deno.test("what every object has is no resource that a task asks for", () => {
  assert.equal(taken(new Modifiers([device("/dev/a", { constructor: 1 })]), {}), undefined);
});

Deno.test("two tasks never hold the same modifier, and the first free one is taken", () => {
  const modifiers = new Modifiers(["/dev/a", "/dev/b"].map((path) => device(path, { gpu: 1 })));
  const first = modifiers.take({ gpu: 1 });
  const second = modifiers.take({ gpu: 1 });
  assert.deepEqual([first?.runArguments, second?.runArguments], [["--device", "/dev/a"], [
    "--device",
    "/dev/b",
  ]]);
  assert.equal(modifiers.take({ gpu: 1 }), undefined);
  second?.[Symbol.dispose]();
  first?.[Symbol.dispose]();
  assert.equal(taken(modifiers, { gpu: 1 }), "/dev/a");
});

Deno.test("giving back twice does not take it from the next task", () => {
  const modifiers = new Modifiers([device("/dev/a", { gpu: 1 })]);
  const first = modifiers.take({ gpu: 1 });
  first?.[Symbol.dispose]();
  assert.equal(taken(modifiers, { gpu: 1 }), "/dev/a");
  first?.[Symbol.dispose]();
  assert.equal(modifiers.take({ gpu: 1 }), undefined);
});

Deno.test("a modifier without arguments is held all the same", () => {
  const modifiers = new Modifiers([{ match: { gpu: 1 }, append: {} }]);
  assert.deepEqual(modifiers.take({ gpu: 1 })?.runArguments, []);
  assert.equal(modifiers.take({ gpu: 1 }), undefined);
});

Deno.test("a worker without modifiers has none to take", () => {
  assert.equal(new Modifiers().take({ gpu: 1 }), undefined);
});

Deno.test("what a machine holds suits a task that it matches, and nothing suits one that nothing matches", () => {
  const modifiers = new Modifiers([device("/dev/a", { gpu: 1 })]);
  const held = modifiers.take({ gpu: 1 });
  assert.ok(modifiers.suits(held, { gpu: 0.5 }));
  assert.ok(!modifiers.suits(held, { cpu: 1 }));
  assert.ok(modifiers.suits(undefined, { cpu: 1 }));
  assert.ok(!modifiers.suits(undefined, { gpu: 1 }));
});
