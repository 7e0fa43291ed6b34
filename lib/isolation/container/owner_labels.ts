import type { ContainerEngine } from "../../machine/container/container_engine.ts";
import type { ResourceOwner } from "../isolation.ts";

/** By which labels people and we find containers of this program; the first one's value is the task's id. */
const TASK = "cirrus.task";
const HOME = "cirrus.home";
const OWNER = "cirrus.owner";

/** The labels of a container that is made for a task. */
export function containerLabels(taskId: string, { home, id }: ResourceOwner): string[] {
  return [`${TASK}=${taskId}`, `${HOME}=${home}`, `${OWNER}=${id}`];
}

/** The containers of a home, also those that have ended, each with its owner's id. Rejects with `EngineError`. */
export async function containersOf(
  home: string,
  { engine, signal }: { engine: ContainerEngine; signal: AbortSignal },
): Promise<{ name: string; owner: string }[]> {
  const doing = "Looking for containers that nobody wrote down";
  const filter = ["--filter", `label=${HOME}=${home}`];
  const ids = await engine.ask(doing, ["ps", "--all", "--quiet", ...filter], { signal });
  if (ids === "") return [];
  const format = `{{.Name}} {{index .Config.Labels "${OWNER}"}}`;
  const listed = await engine.ask(doing, ["container", "inspect", "--format", format, ...ids.split(/\s+/)], {
    signal,
  });
  return listed.split("\n").map((line) => {
    const [name = "", owner = ""] = line.split(" ");
    return { name: name.replace(/^\//, ""), owner };
  });
}
