import type { DescMessage, JsonValue } from "@bufbuild/protobuf";
import { stringify } from "yaml";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import type { ParseResult } from "../../pipeline/parse.ts";
import { taskRegistry, taskToJson } from "./task_json.ts";
import type { PrintFormat } from "./validate_flags.ts";

/** What `cirrus validate --print` writes. */
interface Report {
  /** In protobuf's JSON form; none when there is an error. */
  readonly tasks: readonly JsonValue[];
  readonly issues: readonly Issue[];
}

interface Issue {
  readonly level: "ERROR" | "WARNING";
  readonly message: string;
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

/** What there is to say of a file, for programs; `instances` are those that the host supplies. */
export function formatReport(
  { tasks, diagnostics }: ParseResult,
  { format, instances }: { format: PrintFormat; instances: ReadonlyMap<string, DescMessage> },
): string {
  const registry = taskRegistry(instances.values());
  const report: Report = {
    tasks: tasks.map((task) => taskToJson(task, registry)),
    issues: diagnostics.map(toIssue),
  };
  return format === "json" ? `${JSON.stringify(report, null, 2)}\n` : stringify(report);
}

function toIssue({ severity, message, path, position }: Diagnostic): Issue {
  // What concerns the whole file stands at its start: programs want a place.
  const { line, column } = position ?? { line: 1, column: 1 };
  return { level: severity === "error" ? "ERROR" : "WARNING", message, path, line, column };
}
