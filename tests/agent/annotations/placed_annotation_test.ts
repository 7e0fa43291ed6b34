import assert from "node:assert/strict";
import { placedAnnotation } from "../../../lib/agent/annotations/placed_annotation.ts";

const mask = (text: string) => text;

/** Where an annotation with such a path is, on a machine of that system. */
function placed(path: string, { os, workingDirectory }: { os: string; workingDirectory: string }) {
  const found = { message: "m", fileLocation: { path } };
  return placedAnnotation(found, { machine: { platform: { os, arch: "amd64" } }, workingDirectory, mask })
    .fileLocation?.path;
}

for (
  const [written, read] of [
    ["C:\\work\\src\\a.cs", "src/a.cs"],
    ["c:/work/src/a.cs", "src/a.cs"],
    [".\\src\\a.cs", "src/a.cs"],
    ["D:\\a.cs", "D:\\a.cs"],
    ["C:\\windows\\a.cs", "C:\\windows\\a.cs"],
    ["..\\a.cs", "..\\a.cs"],
  ] as const
) {
  Deno.test(`on Windows ${written} is ${read}`, () => {
    assert.equal(placed(written, { os: "windows", workingDirectory: "C:\\work" }), read);
  });
}

Deno.test("elsewhere a backslash is part of a name", () => {
  assert.equal(placed("/work/a\\b", { os: "linux", workingDirectory: "/work" }), "a\\b");
});

Deno.test("no text is endless", () => {
  const long = "x".repeat(100_000);
  const { message, rawDetails, fullyQualifiedName } = placedAnnotation(
    { message: long, rawDetails: long, fullyQualifiedName: long },
    { machine: { platform: { os: "linux", arch: "amd64" } }, workingDirectory: "/work", mask },
  );
  for (const text of [message, rawDetails, fullyQualifiedName]) assert.equal(text.length, 16_384);
});
