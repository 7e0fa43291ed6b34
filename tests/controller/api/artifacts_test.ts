import assert from "node:assert/strict";
import {
  artifactFilePageSchema,
  artifactPageSchema,
  errorSchema,
} from "../../../lib/controller/api/schemas.ts";
import { Status } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { task } from "../builds.ts";
import { type RawTask, RawWorker } from "../raw_worker.ts";
import { answered, type RunningApi, startApi } from "./running_api.ts";

interface Upload {
  readonly name?: string;
  readonly type?: string;
  readonly format?: string;
  readonly files: Readonly<Record<string, string>>;
}

async function upload({ agent }: RawTask, { name = "binary", type = "", format = "", files }: Upload) {
  await agent.uploadArtifacts(async function* () {
    yield { value: { case: "artifactsUpload", value: { name, type, format } } } as const;
    for (const [artifactPath, text] of Object.entries(files)) {
      const chunk = { artifactPath, data: new TextEncoder().encode(text) };
      yield await Promise.resolve({ value: { case: "chunk", value: chunk } } as const);
    }
  }());
}

/** A build whose tasks a worker has, all at once. */
async function begin(api: RunningApi, names = ["main"]) {
  const tasks = names.map((name, id) => task({ id, name, resources: { slot: 1 } }));
  const { id } = await api.controller.builds.create({ tasks });
  const worker = await RawWorker.connect(api.controller.endpoint, { name: "w", resources: { slot: 9 } });
  const given: RawTask[] = [];
  while (given.length < names.length) {
    given.push(await worker.takeTask({ runningTasks: given.map(({ id }) => id) }));
  }
  return { id, given, [Symbol.dispose]: () => worker[Symbol.dispose]() };
}

/** A build of one task that uploaded something. */
async function uploaded(api: RunningApi, what: Upload) {
  const build = await begin(api);
  const [given] = build.given;
  assert.ok(given);
  await upload(given, what);
  return { ...build, task: given };
}

async function text(response: Response, status = 200): Promise<string> {
  const body = await response.text();
  assert.equal(response.status, status, body);
  return body;
}

Deno.test("a file of a build is at its name and path, and of its task too", async () => {
  await using api = await startApi();
  using build = await uploaded(api, { files: { "out/a.txt": "hello", "empty": "" } });
  assert.equal(await text(await api.fetch(`/v1/artifact/build/${build.id}/binary/out/a.txt`)), "hello");
  assert.equal(await text(await api.fetch(`/v1/artifact/build/${build.id}/binary/empty`)), "");
  assert.equal(await text(await api.fetch(`/v1/artifact/task/${build.task.id}/binary/out/a.txt`)), "hello");
});

Deno.test("names may have any characters", async () => {
  await using api = await startApi();
  const paths = [
    "100%",
    "%2541",
    "a b+c",
    "größe.txt",
    "line\nbreak",
    "q?u#e;r=y&",
    `"quoted"'`,
    "back\\slash",
    "…/…",
  ];
  using build = await uploaded(api, {
    name: "build / linux",
    files: Object.fromEntries(paths.map((path) => [path, `at ${path}`])),
  });
  const base = `/v1/artifact/build/${build.id}/${encodeURIComponent("build / linux")}`;
  for (const path of paths) {
    const encoded = path.split("/").map(encodeURIComponent).join("/");
    assert.equal(await text(await api.fetch(`${base}/${encoded}`)), `at ${path}`);
  }
  assert.equal((await api.fetch(`${base}.zip`, { method: "HEAD" })).status, 200);
});

Deno.test("a part, a condition and HEAD are answered as HTTP says", async () => {
  await using api = await startApi();
  using build = await uploaded(api, { files: { "a.bin": "0123456789" } });
  const path = `/v1/artifact/build/${build.id}/binary/a.bin`;
  const whole = await api.fetch(path);
  const etag = whole.headers.get("etag") ?? "";
  assert.equal(await text(whole), "0123456789");
  assert.equal(whole.headers.get("content-length"), "10");
  assert.equal(whole.headers.get("accept-ranges"), "bytes");

  const part = await api.fetch(path, { headers: { range: "bytes=3-5", "if-range": etag } });
  assert.equal(await text(part, 206), "345");
  assert.equal(part.headers.get("content-range"), "bytes 3-5/10");
  const outdated = await api.fetch(path, { headers: { range: "bytes=3-5", "if-range": '"other"' } });
  assert.equal(await text(outdated), "0123456789");
  const outside = await api.fetch(path, { headers: { range: "bytes=10-" } });
  assert.equal(outside.headers.get("content-range"), "bytes */10");
  assert.equal((await answered(errorSchema, outside, 416)).error.code, "range_not_satisfiable");
  assert.equal(await text(await api.fetch(path, { headers: { "if-none-match": etag } }), 304), "");

  const head = await api.fetch(path, { method: "HEAD" });
  assert.equal(head.headers.get("content-length"), "10");
  assert.equal(head.headers.get("etag"), etag);
  assert.equal(await text(head), "");
});

Deno.test("a file that is uploaded again has another ETag", async () => {
  await using api = await startApi();
  using build = await uploaded(api, { files: { a: "1" } });
  const path = `/v1/artifact/build/${build.id}/binary/a`;
  const first = await api.fetch(path);
  assert.equal(await text(first), "1");
  await upload(build.task, { files: { a: "2" } });
  const second = await api.fetch(path, { headers: { "if-none-match": first.headers.get("etag") ?? "" } });
  assert.equal(await text(second), "2");
});

Deno.test("a browser runs nothing that a task uploaded", async () => {
  await using api = await startApi();
  using build = await uploaded(api, {
    files: {
      "page.html": "<script>",
      "image.svg": "<svg>",
      "log.txt": "text",
      "shot.png": "png",
      "x.pdf": "",
      tool: "",
    },
  });
  const headersOf = async (path: string) => {
    const { headers } = await api.fetch(`/v1/artifact/build/${build.id}/${path}`, { method: "HEAD" });
    assert.equal(headers.get("x-content-type-options"), "nosniff", path);
    assert.match(headers.get("content-security-policy") ?? "", /^sandbox;/, path);
    return [headers.get("content-type"), headers.get("content-disposition")];
  };
  assert.deepEqual(await headersOf("binary/page.html"), ["text/html; charset=utf-8", "attachment"]);
  assert.deepEqual(await headersOf("binary/image.svg"), ["image/svg+xml", "attachment"]);
  assert.deepEqual(await headersOf("binary/log.txt"), ["text/plain; charset=utf-8", "inline"]);
  assert.deepEqual(await headersOf("binary/shot.png"), ["image/png", "inline"]);
  assert.deepEqual(await headersOf("binary/x.pdf"), ["application/pdf", "attachment"]);
  assert.deepEqual(await headersOf("binary/tool"), ["application/octet-stream", "attachment"]);
  assert.deepEqual(await headersOf("binary.zip"), ["application/zip", "attachment"]);
  await upload(build.task, { name: "stated", type: "text/html", files: { "log.txt": "<script>" } });
  assert.deepEqual(await headersOf("stated/log.txt"), ["text/html; charset=utf-8", "attachment"]);
  await upload(build.task, { name: "evil", type: "text/html\r\nset-cookie: a=b", files: { "log.txt": "" } });
  assert.deepEqual(await headersOf("evil/log.txt"), ["text/plain; charset=utf-8", "inline"]);
});

Deno.test("the artifacts of a build are listed, and their files by pages", async () => {
  await using api = await startApi();
  using build = await uploaded(api, {
    type: "text/xml",
    format: "junit",
    files: { "b.xml": "22", "a.xml": "1" },
  });
  const { artifacts } = await answered(
    artifactPageSchema,
    await api.fetch(`/v1/builds/${build.id}/artifacts`),
  );
  assert.deepEqual(artifacts, [{
    taskId: build.task.id,
    taskName: "main",
    name: "binary",
    type: "text/xml",
    format: "junit",
    files: 2,
    size: 3,
  }]);
  const files = `/v1/builds/${build.id}/artifacts/binary?limit=1`;
  const page = await answered(artifactFilePageSchema, await api.fetch(files));
  assert.deepEqual(page.files.map(({ path, size, taskId }) => ({ path, size, taskId })), [
    { path: "a.xml", size: 1, taskId: build.task.id },
  ]);
  const next = await answered(
    artifactFilePageSchema,
    await api.fetch(`${files}&cursor=${encodeURIComponent(page.nextCursor ?? "")}`),
  );
  assert.deepEqual(next.files.map(({ path }) => path), ["b.xml"]);
  const ofTask = await api.fetch(`/v1/tasks/${build.task.id}/artifacts/binary`);
  assert.equal((await answered(artifactFilePageSchema, ofTask)).files.length, 2);
});

Deno.test("of files that several tasks uploaded under one name the last is the build's", async () => {
  await using api = await startApi();
  using build = await begin(api, ["one", "two"]);
  const [one, two] = build.given;
  assert.ok(one && two);
  await upload(two, { files: { both: "two", onlyTwo: "2" } });
  await upload(one, { files: { both: "one", onlyOne: "1" } });
  const read = async (path: string) => await text(await api.fetch(`/v1/artifact/${path}`));
  assert.equal(await read(`build/${build.id}/binary/both`), "one");
  assert.equal(await read(`build/${build.id}/binary/onlyTwo`), "2");
  assert.equal(await read(`task/${two.id}/binary/both`), "two");
  const files = await answered(
    artifactFilePageSchema,
    await api.fetch(`/v1/builds/${build.id}/artifacts/binary`),
  );
  assert.deepEqual(files.files.map(({ path, taskId }) => [path, taskId]), [
    ["both", one.id],
    ["onlyOne", one.id],
    ["onlyTwo", two.id],
  ]);
});

Deno.test("a task that was run again gives way to the new one", async () => {
  await using api = await startApi();
  using build = await uploaded(api, { files: { a: "old", b: "old" } });
  await build.task.finished([{ name: "main", status: Status.FAILED }]);
  await build.task.stopped();
  await api.controller.tasks.rerun(build.task.id);
  assert.equal((await api.fetch(`/v1/artifact/build/${build.id}/binary/a`)).status, 404);
  assert.equal(await text(await api.fetch(`/v1/artifact/task/${build.task.id}/binary/a`)), "old");
});

Deno.test("all files of a name come as one archive, of a known length", async () => {
  await using api = await startApi();
  using build = await uploaded(api, { files: { "a.txt": "hello", "deep/b.txt": "x".repeat(300_000) } });
  const response = await api.fetch(`/v1/artifact/build/${build.id}/binary.zip`);
  assert.equal(response.status, 200);
  const bytes = await response.bytes();
  assert.equal(response.headers.get("content-length"), String(bytes.length));
  const latin = new TextDecoder("latin1").decode(bytes);
  for (const part of ["a.txt", "hello", "deep/b.txt", "x".repeat(300_000)]) assert.ok(latin.includes(part));
});

Deno.test("what is not there is not found, and nothing comes without the token", async () => {
  await using api = await startApi();
  using build = await uploaded(api, { files: { "dir/a": "1" } });
  for (
    const path of [
      `/v1/artifact/build/${build.id}/binary/dir`,
      `/v1/artifact/build/${build.id}/binary/none`,
      `/v1/artifact/build/${build.id}/none/dir/a`,
      `/v1/artifact/build/${build.id}/none.zip`,
      `/v1/artifact/build/9/binary/dir/a`,
      `/v1/artifact/build/9/binary.zip`,
      `/v1/artifact/task/9/binary/dir/a`,
      `/v1/builds/9/artifacts`,
      `/v1/builds/${build.id}/artifacts/none`,
    ]
  ) {
    assert.equal((await answered(errorSchema, await api.fetch(path), 404)).error.code, "not_found", path);
  }
  for (const path of ["binary/dir/a", "binary.zip"]) {
    const response = await fetch(`${api.url}/v1/artifact/build/${build.id}/${path}`);
    assert.equal((await answered(errorSchema, response, 401)).error.code, "unauthorized");
  }
});
