import assert from "node:assert/strict";
import { taskTitles } from "../../../lib/cli/run/task_titles.ts";

Deno.test("titles tell tasks of one name apart", () => {
  const tasks = [
    { name: "Test", uniqueLabels: ["OS:a"] },
    { name: "Test", uniqueLabels: ["OS:b", "V:1"] },
    { name: "Lint", uniqueLabels: [] },
    { name: "Lint", uniqueLabels: [] },
  ];
  assert.deepEqual(taskTitles(tasks), ["Test OS:a", "Test OS:b V:1", "Lint", "Lint #2"]);
});
