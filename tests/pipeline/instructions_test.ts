import assert from "node:assert/strict";
import {
  assertError,
  type CommandJson,
  commandsOf,
  errorsOf,
  taskOf,
  tasksOf,
  warningsOf,
} from "./reading.ts";

const HEAD = "t_task:\n  persistent_worker: {}\n  env: {V: 1, L: '[x, y]'}\n";

const commands = (lines: string) => commandsOf(`${HEAD}  ${lines.replaceAll("\n", "\n  ")}\n`);
const names = async (lines: string) => (await commands(lines)).map(({ name = "" }) => name);

async function only(lines: string): Promise<CommandJson> {
  const [command, ...others] = await commands(lines);
  assert(command && others.every(({ uploadCacheInstruction }) => uploadCacheInstruction), lines);
  return command;
}

const keys: [key: string, value: string, name: string, instruction: string][] = [
  ["script", "x", "main", "scriptInstruction"],
  ["build_script", "x", "build", "scriptInstruction"],
  ["my__script", "x", "my_", "scriptInstruction"],
  ["myscript", "x", "my", "scriptInstruction"],
  ["_script", "x", "", "scriptInstruction"],
  ["a b_script", "x", "a b", "scriptInstruction"],
  ["background_script", "x", "main", "backgroundScriptInstruction"],
  ["x_background_script", "x", "x", "backgroundScriptInstruction"],
  ["cache", "{folder: f}", "main", "cacheInstruction"],
  ["x_cache", "{folder: f}", "x", "cacheInstruction"],
  ["x_cache", "{folder: f, name: n$V}", "n1", "cacheInstruction"],
  ["x_cache", "{folder: f, name: ''}", "x", "cacheInstruction"],
  ["artifacts", "{path: f}", "binary", "artifactsInstruction"],
  ["x_artifacts", "{path: f, name: n$V}", "n1", "artifactsInstruction"],
  ["x_artifacts", "{path: f, name: ''}", "x", "artifactsInstruction"],
  ["file", "{path: f, from_contents: x}", "file", "fileInstruction"],
  ["x_file", "{path: f, from_contents: x, name: n$V}", "n1", "fileInstruction"],
  ["x_file", "{path: f, from_contents: x, name: }", "x", "fileInstruction"],
];

for (const [key, value, name, instruction] of keys) {
  Deno.test(`the key ${key} with ${value} is the ${instruction} ${JSON.stringify(name)}`, async () => {
    const command = await only(`${key}: ${value}`);
    assert.equal(command.name ?? "", name);
    assert(instruction in command, JSON.stringify(command));
  });
}

for (const key of ["Script", "a_SCRIPT", "script_a", "clone"]) {
  Deno.test(`the key ${key} is no instruction`, async () => assert.deepEqual(await names(`${key}: x`), []));
}

const POWERSHELL = "powershell.exe -OutputFormat Text -NoLogo -EncodedCommand";
const scripts: [written: string, lines: string[] | undefined][] = [
  ["x", ["x"]],
  ["", [""]],
  ["|\n  a\n  b", ["a", "b", ""]],
  ["|-\n  a\n  b", ["a", "b"]],
  [">\n  a\n  b", ["a b", ""]],
  ["\n  - a\n  - |\n    b\n    c\n  -\n  - ~\n  - [d]\n  - ''", ["a", "b", "c", "", ""]],
  ["[]", undefined],
  ['\n  - echo "x: y"\n  - echo a:   b', ['echo "x: y"', "echo a: b"]],
  ["\n  - ps: dir", [`${POWERSHELL} ZABpAHIA`]],
  ["echo $V ${V} %V%", ["echo $V ${V} %V%"]],
];

for (const [written, lines] of scripts) {
  Deno.test(`the script ${JSON.stringify(written)} is ${JSON.stringify(lines ?? [])}`, async () => {
    const { scriptInstruction } = await only(`a_script: ${written}`);
    assert.deepEqual(scriptInstruction, lines ? { scripts: lines } : {});
  });
}

const caches: [written: string, cache: Record<string, unknown>][] = [
  ["{folder: a$V}", { folders: ["a1"], reuploadOnChanges: true }],
  ["{folder: '  ~/x '}", { folders: ["$HOME/x"], reuploadOnChanges: true }],
  ["{folder: '~'}", { folders: ["~"], reuploadOnChanges: true }],
  ["{folders: a}", { folders: ["a"], reuploadOnChanges: true }],
  ["{folders: [a, ~/b]}", { folders: ["a", "$HOME/b"], reuploadOnChanges: true }],
  ["{folders: $L}", { folders: ["x", "y"], reuploadOnChanges: true }],
  ["{folder: a, fingerprint_script: f}", { folders: ["a"], fingerprintScripts: ["f"] }],
  ["{folder: a, fingerprint_key: f$V}", { folders: ["a"], fingerprintKey: "f1" }],
  ["{folder: a, fingerprint_key: ''}", { folders: ["a"] }],
  ["{folder: a, fingerprint_script: }", { folders: ["a"], fingerprintScripts: [""] }],
  ["{folder: a, fingerprint_script: f, fingerprint_key: ''}", { folders: ["a"], fingerprintScripts: ["f"] }],
  ["{reupload_on_changes: true, folder: a, fingerprint_key: f}", {
    folders: ["a"],
    fingerprintKey: "f",
    reuploadOnChanges: true,
  }],
  ["{folder: a, reupload_on_changes: $V != '1'}", { folders: ["a"] }],
  ["{folder: a, populate_script: [p, $V]}", {
    folders: ["a"],
    populateScripts: ["p", "$V"],
    reuploadOnChanges: true,
  }],
  ["{folder: a, optimistically_restore_on_miss: true}", {
    folders: ["a"],
    optimisticallyRestoreOnMiss: true,
    reuploadOnChanges: true,
  }],
];

for (const [written, cache] of caches) {
  Deno.test(`the cache ${written}`, async () => {
    assert.deepEqual((await only(`a_cache: ${written}`)).cacheInstruction, cache);
  });
}

const uploads: [what: string, lines: string, names: string[]][] = [
  ["one for each cache, at the end", "a_cache: {folder: a}\nb_cache: {folder: b}\nc_script: x", [
    "a",
    "b",
    "c",
    "Upload 'a' cache",
    "Upload 'b' cache",
  ]],
  [
    "none where the task says when",
    "a_cache: {folder: a}\nb_cache: {folder: b}\nupload_caches: a\nc_script: x",
    [
      "a",
      "b",
      "Upload 'a' cache",
      "c",
    ],
  ],
  ["none where a group says when", "a_cache: {folder: a}\non_failure:\n  upload_caches: [a]", [
    "a",
    "Upload 'a' cache",
  ]],
  ["one where the task says [] ", "a_cache: {folder: a}\nupload_caches: []", ["a", "Upload 'a' cache"]],
  ["by variables", "1_cache: {folder: a}\nupload_caches: $V\nb_script: x", [
    "1",
    "Upload '1' cache",
    "b",
  ]],
  [
    "several upload_caches",
    "a_cache: {folder: a}\nupload_caches: a\nb_cache: {folder: b}\nupload_caches: b",
    [
      "a",
      "Upload 'a' cache",
      "b",
      "Upload 'b' cache",
    ],
  ],
  ["any command will do", "a_script: x\nupload_caches: a", ["a", "Upload 'a' cache"]],
];

for (const [what, lines, expected] of uploads) {
  Deno.test(`uploads of caches: ${what}`, async () => assert.deepEqual(await names(lines), expected));
}

Deno.test("an upload that is generated has the behaviour of its cache", async () => {
  const [, upload] = await commands("always:\n  a_cache: {folder: a}");
  assert.equal(upload?.executionBehaviour, "ALWAYS");
});

const artifacts: [written: string, artifacts: Record<string, unknown>][] = [
  ["{path: a$V}", { paths: ["a1"] }],
  ["{paths: [a, b]}", { paths: ["a", "b"] }],
  ["{paths: $L}", { paths: ["x", "y"] }],
  ["{path: a, paths: [b, c]}", { paths: ["b", "c"] }],
  ["{paths: [b, c], path: a}", { paths: ["a"] }],
  ["{path: a, type: text/$V, format: f$V}", { paths: ["a"], type: "text/1", format: "f1" }],
  ["{}", {}],
  ["", {}],
  ["a", {}],
];

for (const [written, expected] of artifacts) {
  Deno.test(`the artifacts ${written}`, async () => {
    assert.deepEqual((await only(`a_artifacts: ${written}`)).artifactsInstruction, expected);
  });
}

const files: [written: string, file: Record<string, unknown>][] = [
  ["{path: a$V, from_contents: b$V}", { destinationPath: "a1", fromContents: "b1" }],
  ["{path: a, variable_name: B}", { destinationPath: "a", fromEnvironmentVariable: "B" }],
  ["{path: a, variable_name: $V}", { destinationPath: "a", fromEnvironmentVariable: "V" }],
  ["{path: a, variable_name: '${V}'}", { destinationPath: "a", fromEnvironmentVariable: "{V}" }],
  ["{path: '', from_contents: ''}", { fromContents: "" }],
  ["{path: a, variable_name: B, from_contents: c}", { destinationPath: "a", fromContents: "c" }],
  ["{path: a, from_contents: c, variable_name: B}", { destinationPath: "a", fromEnvironmentVariable: "B" }],
];

for (const [written, file] of files) {
  Deno.test(`the file ${written}`, async () => {
    assert.deepEqual((await only(`a_file: ${written}`)).fileInstruction, file);
  });
}

Deno.test("groups give their commands a behaviour, in the place where they stand", async () => {
  const all = await commands(
    "a_script: x\non_failure:\n  b_script: x\n  c_artifacts: {path: p}\nalways:\n  d_script: x\n" +
      "on_timeout:\n  e_script: x\non_success:\n  f_script: x\nalways:\n  g_background_script: x",
  );
  assert.deepEqual(
    all.map(({ name, executionBehaviour = "ON_SUCCESS" }) => `${name} ${executionBehaviour}`),
    [
      "a ON_SUCCESS",
      "b ON_FAILURE",
      "c ON_FAILURE",
      "d ALWAYS",
      "e ON_TIMEOUT",
      "f ON_SUCCESS",
      "g ALWAYS",
    ],
  );
});

for (const value of ["", "[]", "{}", "x", "[a]", "{always: {a_script: x}}"]) {
  Deno.test(`the group always: ${value} has no commands`, async () => {
    assert.deepEqual(await names(`always: ${value}`), []);
  });
}

Deno.test("of the same key twice only the last counts, at its place", async () => {
  const all = await commands("a_script: x\nb_script: x\na_script: y");
  assert.deepEqual(all.map(({ name, scriptInstruction }) => [name, scriptInstruction]), [
    ["b", { scripts: ["x"] }],
    ["a", { scripts: ["y"] }],
  ]);
});

for (
  const override of [
    "clone_script: x",
    "clone_background_script: x",
    "always:\n  clone_script:",
    "clone_cache: {folder: a}",
  ]
) {
  Deno.test(`${JSON.stringify(override)} takes the place of the clone`, async () => {
    const { commands = [] } = await taskOf(`${HEAD}  a_script: x\n  ${override.replaceAll("\n", "\n  ")}\n`);
    assert.deepEqual(commands.slice(0, 2).map(({ name }) => name), ["a", "clone"]);
  });
}

Deno.test("without one the clone comes first", async () => {
  const { commands } = await taskOf(`${HEAD}  always:\n    a_script: x\n`);
  assert.deepEqual(commands?.map(({ name }) => name), ["clone", "a"]);
  assert.deepEqual(commands?.[0]?.cloneInstruction, {});
});

const wrong: [what: string, lines: string, place: string, text: string][] = [
  ["a script that is a map", "a_script: {b: c}", "4:3", "a script must be"],
  ["a line of a script with a list in it", "a_script:\n- b: [c]", "5:5", "put the line in quotes"],
  ["a cache without a folder", "a_cache: {}", "4:3", '"folder" or "folders"'],
  ["a cache with an empty folder", "a_cache: {folder: ''}", "4:3", '"folder" or "folders"'],
  ["a cache with folder and folders", "a_cache: {folder: a, folders: [b]}", "4:3", "both"],
  [
    "a cache with two fingerprints",
    "a_cache: {folder: a, fingerprint_script: s, fingerprint_key: k}",
    "4:3",
    "both",
  ],
  ["a cache with a map of folders", "a_cache: {folders: {a: b}}", "4:13", "a scalar or a list"],
  ["upload_caches of no cache", "upload_caches: x", "4:3", 'no cache "x"'],
  ["upload_caches above its cache", "upload_caches: a\na_cache: {folder: x}", "4:3", 'no cache "a"'],
  ["upload_caches twice", "a_cache: {folder: x}\nupload_caches: a\nupload_caches: a", "6:3", "already"],
  [
    "upload_caches with one name twice",
    "a_cache: {folder: x}\nupload_caches: [a, a]",
    "5:3",
    "another one named",
  ],
  ["artifacts with a list in paths", "a_artifacts: {paths: [[a]]}", "4:17", "each item must be a scalar"],
  ["a file without path", "a_file: {from_contents: a}", "4:3", 'it needs "path"'],
  ["a file without a source", "a_file: {path: a}", "4:3", '"variable_name" or "from_contents"'],
  ["a key that ends in file", "dockerfile: x", "4:3", 'a Dockerfile is named in "container"'],
  [
    "two commands of one name",
    "a_script: x\na_cache: {folder: x}\nupload_caches: []",
    "5:3",
    "another one named",
  ],
  ["one name in a group and in the task", "a_script: x\nalways:\n  a_script: y", "6:5", "another one named"],
  [
    "a bad expression in a cache",
    "a_cache: {folder: x, reupload_on_changes: maybe}",
    "4:24",
    '"maybe" is no value',
  ],
];

for (const [what, lines, place, text] of wrong) {
  Deno.test(`${what} is an error`, async () => {
    await assertError(`${HEAD}  ${lines.replaceAll("\n", "\n  ")}\n`, { place, text });
  });
}

Deno.test("every command whose name another has is told", async () => {
  const errors = await errorsOf(
    `${HEAD}  a_script: x\n  b_script: x\n  always:\n    a_script: y\n    b_script: y\n`,
  );
  assert.deepEqual(errors.map((error) => error.split(" ")[0]), ["7:5", "8:5"]);
});

Deno.test("scripts of a matrix keep their places among the others", async () => {
  const tasks = await tasksOf(
    `${HEAD}  a_script: x\n  matrix:\n    b_script: x\n    c_script: x\n  d_script: x\n`,
  );
  assert.deepEqual(tasks.map(({ commands }) => commands?.map(({ name }) => name)), [
    ["clone", "a", "b", "d"],
    ["clone", "a", "c", "d"],
  ]);
});

Deno.test("an unknown key within a group or a cache is warned about", async () => {
  const warnings = await warningsOf(
    `${HEAD}  always:\n    a_scrpit: x\n  b_cache: {folder: x, fingerprint: y}\n`,
  );
  assert.deepEqual(warnings.map((warning) => warning.split(" ")[0]), ["5:5", "6:24"]);
  assert.match(warnings[0] ?? "", /did you mean "a_script"/);
});

Deno.test("the path of a cache is told to be its folder", async () => {
  assert.deepEqual(await warningsOf("t_task: {persistent_worker: {}, a_cache: {path: x}}\n"), [
    '1:43 Reading "path": it has no effect here; write it as "folder"',
  ]);
});
