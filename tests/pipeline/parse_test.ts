import assert from "node:assert/strict";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { parsePipeline, type ParseResult } from "../../lib/pipeline/parse.ts";
import { noProjectFiles } from "./no_project_files.ts";
import { PersistentWorkerInstanceSchema } from "../../proto/gen/cirrus_ci_service_pb.ts";

function parse(source: string): Promise<ParseResult> {
  return parsePipeline(source, {
    environment: new Map(),
    affectedFiles: [],
    files: noProjectFiles,
    path: ".cirrus.yml",
  });
}

Deno.test("a file of two tasks comes out as two tasks in order, the second waiting for the first", async () => {
  const { tasks, diagnostics } = await parse(`
persistent_worker:
  labels:
    os: linux
env:
  GREETING: hello
build_task:
  build_script:
    - echo $GREETING
    - make
test_task:
  depends_on: build
  test_script: make test
`);
  assert.deepEqual(diagnostics, []);
  assert.deepEqual(
    tasks.map(({ name, localGroupId, requiredGroups }) => ({ name, localGroupId, requiredGroups })),
    [
      { name: "build", localGroupId: 0n, requiredGroups: [] },
      { name: "test", localGroupId: 1n, requiredGroups: [0n] },
    ],
  );
  const [build] = tasks;
  assert(build?.instance);
  assert.deepEqual(build.environment, { GREETING: "hello" });
  assert.deepEqual(build.commands.map(({ name, instruction }) => [name, instruction.case]), [
    ["clone", "cloneInstruction"],
    ["build", "scriptInstruction"],
  ]);
  const worker = anyUnpack(build.instance, PersistentWorkerInstanceSchema);
  assert.deepEqual(worker?.labels, { os: "linux" });
});

Deno.test("every independent error of a file is told, each at its place", async () => {
  const { tasks, diagnostics } = await parse(`a_task:
  persistent_worker: {}
  timeout_in: soon
  main_script:
    key: value
b_task:
  depends_on: c
  persistent_worker:
    resources: []
`);
  assert.deepEqual(tasks, []);
  assert.deepEqual(
    diagnostics.filter(({ severity }) => severity === "error").map(({ position }) => position),
    [{ line: 3, column: 3 }, { line: 4, column: 3 }, { line: 9, column: 5 }, { line: 7, column: 3 }],
  );
});
