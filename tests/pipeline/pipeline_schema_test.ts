import assert from "node:assert/strict";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "yaml";
import type { JsonSchema } from "../../lib/pipeline/json_schema.ts";
import { parsePipeline } from "../../lib/pipeline/parse.ts";
import { pipelineSchema } from "../../lib/pipeline/pipeline_schema.ts";
import { MacOSInstanceSchema } from "../../proto/gen/cirrus_ci_service_pb.ts";
import { noProjectFiles } from "./no_project_files.ts";

const ROOT = join(import.meta.dirname ?? "", "..", "..");
const EXAMPLES = join(ROOT, "tests", "testdata", "cirrus_yml");

const isValid = new Ajv2020({ strictRequired: false, allowUnionTypes: true, allErrors: true }).compile(
  pipelineSchema(),
);

/** What the schema has against a file, as an editor would find it. */
function complaints(source: string): string[] {
  isValid(parse(source, { merge: true, uniqueKeys: false }));
  return (isValid.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`);
}

const examples = new Map<string, string>();
for (const { name } of Deno.readDirSync(EXAMPLES)) {
  examples.set(name, await Deno.readTextFile(join(EXAMPLES, name)));
}
for (const path of ["README.md", "CONTRIBUTING.md", ".cirrus.yml"]) {
  const text = await Deno.readTextFile(join(ROOT, path));
  if (path === ".cirrus.yml") examples.set(path, text);
  for (const [index, [, block = ""]] of [...text.matchAll(/^```yaml\n(.*?)^```/gms)].entries()) {
    // Others configure a worker or a controller.
    if (/^\S*(task|docker_builder|pipe):/m.test(block)) examples.set(`${path}, example ${index + 1}`, block);
  }
}

for (const [name, source] of examples) {
  Deno.test(`the parser and the schema have nothing against ${name}`, async () => {
    const { tasks, diagnostics } = await parsePipeline(source, {
      environment: new Map([["MEMORY", "4"]]),
      affectedFiles: ["main.ts"],
      files: noProjectFiles,
      path: name,
    });
    assert.deepEqual(diagnostics.filter(({ severity }) => severity === "error"), []);
    assert.ok(tasks.length > 0);
    assert.deepEqual(complaints(source), []);
  });
}

for (
  const [what, source, path] of [
    ["a root that is no map", "[]", ""],
    ["a timeout that is a list", "a_task: {timeout_in: [1h]}", "/a_task/timeout_in"],
    ["an environment that is a text", "a_task: {env: A=1}", "/a_task/env"],
    ["a variable that is a map", "env: {A: {B: c}}", "/env/A"],
    ["a file without a path", "a_task: {key_file: {from_contents: x}}", "/a_task/key_file"],
    ["a script that is a map", "a_task: {a_script: {b: c}}", "/a_task/a_script"],
    ["a script in a group that is a map", "a_task: {always: {a_script: {b: c}}}", "/a_task/always/a_script"],
    ["a pipe without steps", "a_pipe: {}", "/a_pipe"],
    ["a step without an image", "a_pipe: {steps: [{a_script: x}]}", "/a_pipe/steps/0"],
    [
      "a volume without a source",
      "persistent_worker: {isolation: {tart: {volumes: [{name: a}]}}}",
      "/persistent_worker/isolation/tart/volumes/0",
    ],
    [
      "a wrong entry of a matrix",
      "a_task: {matrix: [{depends_on: {a: b}}]}",
      "/a_task/matrix/0/depends_on",
    ],
  ] as const
) {
  Deno.test(`the schema finds ${what}`, () => {
    const found = complaints(source);
    assert.ok(found.some((complaint) => complaint.startsWith(`${path}: `)), found.join("\n"));
  });
}

Deno.test("every field of every table that the parser reads by is in the schema, with its doc", async () => {
  const described = new Set<string>();
  collect(pipelineSchema(), described);
  let tables = 0;
  for await (const [path, exports] of modulesBelow(join(ROOT, "lib", "pipeline"))) {
    for (const [name, table] of Object.entries(exports)) {
      if (!name.endsWith("Fields") || !isTable(table)) continue;
      tables++;
      for (const [field, { doc }] of Object.entries(table)) {
        assert.ok(described.has(`${field}: ${doc}`), `${field} of ${name} in ${path}`);
      }
    }
  }
  assert.ok(tables > 10, `${tables} tables found`);
});

Deno.test("a property that the host declares is in the schema", () => {
  const { $defs } = pipelineSchema({ taskProperties: new Map([["priority", "string"]]) });
  assert.match(JSON.stringify($defs), /"priority":\{"description":/);
});

Deno.test("an instance that the host supplies is in the schema, at the root and in tasks, with its fields", () => {
  const schema = pipelineSchema({ additionalInstances: new Map([["rack_instance", MacOSInstanceSchema]]) });
  const accepts = new Ajv2020({ strictRequired: false, allowUnionTypes: true }).compile(schema);
  assert.ok(accepts(parse("rack_instance: {image: a, cpu: 4}\na_task: {rack_instance: {cpu: $CPU}}\n")));
  assert.ok(!accepts(parse("a_task: {rack_instance: {image: [a]}}\n")));
  assert.ok(!accepts(parse("rack_instance: {image: [a]}\n")));
});

async function* modulesBelow(folder: string): AsyncGenerator<[path: string, exports: object]> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) yield* modulesBelow(path);
    else yield [path, await import(path)];
  }
}

function isTable(value: unknown): value is Readonly<Record<string, { readonly doc: string }>> {
  return typeof value === "object" && value !== null &&
    Object.values(value).every((field) => typeof field === "object" && field !== null && "readInto" in field);
}

/** Adds `NAME: DESCRIPTION` of every property in a schema. */
function collect(schema: JsonSchema, described: Set<string>): void {
  for (const [key, value] of Object.entries(schema)) {
    if (typeof value !== "object") continue;
    const parts = Array.isArray(value) ? value : [value];
    for (const part of parts) if (typeof part === "object") collect(part, described);
    if (key !== "properties") continue;
    for (const [name, property] of Object.entries(value)) {
      if (typeof property === "object" && "description" in property) {
        described.add(`${name}: ${property.description}`);
      }
    }
  }
}
