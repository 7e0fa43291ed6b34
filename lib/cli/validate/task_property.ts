import type { TaskPropertyType } from "../../pipeline/task/task_property.ts";

/** A property of tasks on which the host that the file is meant for acts. */
export type TaskProperty = readonly [name: string, type: TaskPropertyType];

const TYPES: Readonly<Record<TaskPropertyType, true>> = { bool: true, string: true, list: true };

/** Reads `NAME:TYPE`. Throws a `SyntaxError` for anything else. */
export function parseTaskProperty(text: string): TaskProperty {
  const [, name = "", type = ""] = /^([^\s:]+):(.*)$/.exec(text) ?? [];
  if (name !== "" && isType(type)) return [name, type];
  throw new SyntaxError("expected NAME:bool, NAME:string or NAME:list, such as stateful:bool");
}

function isType(text: string): text is TaskPropertyType {
  return Object.hasOwn(TYPES, text);
}
