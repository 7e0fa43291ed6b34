import assert from "node:assert/strict";
import { repositoryEnvironment, repositorySchema } from "../../../lib/controller/builds/repository.ts";

const names = (cloneUrl: string) => {
  const environment = repositoryEnvironment({ cloneUrl });
  return ["FULL_NAME", "OWNER", "NAME"].map((name) => environment.get(`CIRRUS_REPO_${name}`));
};

Deno.test("repositoryEnvironment finds owner and name in every kind of clone URL", () => {
  const found = ["our/project", "our", "project"];
  for (
    const cloneUrl of [
      "https://git.example.com/our/project.git",
      "https://me@git.example.com:8443/our/project/",
      "ssh://git@git.example.com/our/project.git",
      "git@git.example.com:our/project.git",
      "https://git.example.com/group/our/project",
      "/srv/our/project.git",
    ]
  ) assert.deepEqual(names(cloneUrl), found, cloneUrl);
  assert.deepEqual(names("https://git.example.com/project.git"), [undefined, undefined, "project"]);
});

Deno.test("repositoryEnvironment says nothing of what is not known", () => {
  assert.deepEqual([...repositoryEnvironment({})], []);
  assert.deepEqual([...repositoryEnvironment({ branch: "main", pullRequest: 7 })], [
    ["CIRRUS_BRANCH", "main"],
    ["CIRRUS_PR", "7"],
  ]);
  assert.deepEqual([...repositoryEnvironment({ changeTitle: "Title" })], [
    ["CIRRUS_CHANGE_TITLE", "Title"],
    ["CIRRUS_CHANGE_MESSAGE", "Title"],
  ]);
});

Deno.test("A clone URL with a password in it is refused", () => {
  assert.match(
    repositorySchema.safeParse({ cloneUrl: "https://me:secret@host/a/b" }).error?.message ?? "",
    /give it as the variable CIRRUS_REPO_CLONE_TOKEN/,
  );
  assert.ok(repositorySchema.safeParse({ cloneUrl: "git@host:a/b" }).success);
});
