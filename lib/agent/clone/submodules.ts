import { errorMessage } from "../../diagnostics/error_message.ts";
import { type RepositoryUrl, resolveSubmoduleUrl } from "./repository_url.ts";
import type { Submodule } from "./submodule.ts";
import type { TaskRepository } from "./task_repository.ts";

/** The submodules of what HEAD is on, each where `.gitmodules` says. Rejects where that says nothing, or nonsense. */
export async function listSubmodules(
  repository: TaskRepository,
  parent: RepositoryUrl,
): Promise<Submodule[]> {
  const entries = (await repository.read("ls-tree", "-r", "-z", "HEAD")).split("\0");
  const links = entries.flatMap((entry) => {
    const [, commit, path] = /^160000 commit ([0-9a-f]+)\t(.+)$/s.exec(entry) ?? [];
    return commit !== undefined && path !== undefined ? [{ commit, path }] : [];
  });
  if (links.length === 0) return [];
  const hasFile = entries.some((entry) => /^100(644|755) blob [0-9a-f]+\t\.gitmodules$/.test(entry));
  const declared = hasFile ? await readGitmodules(repository) : [];
  return links.map(({ commit, path }) => {
    const declaration = declared.find((module) => module.get("path") === path);
    const [name, url] = [declaration?.get("name"), declaration?.get("url")];
    if (name === undefined || url === undefined) {
      throw new Error(
        `Cloning the submodule ${path}: .gitmodules says no URL for that path; commit one there`,
      );
    }
    try {
      return { name, path, commit, url: resolveSubmoduleUrl(url, parent) };
    } catch (error) {
      throw new Error(`Cloning the submodule ${path}: ${errorMessage(error)}`, { cause: error });
    }
  });
}

/** What `.gitmodules` says of each module, by key, its `name` among that. */
async function readGitmodules(repository: TaskRepository): Promise<Map<string, string>[]> {
  const text = await repository.read(
    "config",
    "--blob",
    "HEAD:.gitmodules",
    "-z",
    "--get-regexp",
    "^submodule\\.",
  );
  const modules = new Map<string, Map<string, string>>();
  for (const setting of text.split("\0")) {
    const [, name, key, value] = /^submodule\.(.+)\.([^.\n]+)\n(.*)$/s.exec(setting) ?? [];
    if (name === undefined || key === undefined || value === undefined) continue;
    const module = modules.get(name) ?? new Map([["name", name]]);
    modules.set(name, module.set(key, value));
  }
  return [...modules.values()];
}
