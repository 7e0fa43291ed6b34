import assert from "node:assert/strict";
import { ProgressLines } from "../../lib/agent/progress_lines.ts";

Deno.test("lines come again and again until it is disposed, one at a time", async () => {
  let asked = 0;
  let asking = 0;
  const lines: string[] = [];
  const third = Promise.withResolvers<void>();
  {
    using _progress = new ProgressLines(async () => {
      assert.equal(asking++, 0);
      await Promise.resolve();
      asking--;
      return `line ${++asked}`;
    }, {
      log: (line) => {
        if (lines.push(line) === 3) third.resolve();
      },
      everyMs: 1,
    });
    await third.promise;
  }
  const { length } = lines;
  assert.deepEqual(lines.slice(0, 3), ["line 1", "line 2", "line 3"]);
  await Promise.resolve();
  assert.equal(lines.length, length);
});

Deno.test("what has nothing to tell, or cannot be told, is no line and no failure", async () => {
  const answers = [() => undefined, () => {
    throw new Error("cannot be measured");
  }, () => "at last"];
  const { promise, resolve } = Promise.withResolvers<string>();
  using _progress = new ProgressLines(() => Promise.try(() => answers.shift()?.()), {
    log: resolve,
    everyMs: 1,
  });
  assert.equal(await promise, "at last");
});

Deno.test("a line that is still being made when it is disposed is not told", async () => {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<string>();
  const lines: string[] = [];
  {
    using _progress = new ProgressLines(() => {
      asked.resolve();
      return answer.promise;
    }, { log: (line) => lines.push(line), everyMs: 1 });
    await asked.promise;
  }
  answer.resolve("too late");
  await answer.promise;
  await Promise.resolve();
  assert.deepEqual(lines, []);
});
