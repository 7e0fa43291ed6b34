import type { z } from "zod";
import { nearest } from "../../diagnostics/nearest.ts";

/** What an issue says that has no message of its own, to go on what the value is called. */
export function issueMessage(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined
        ? "it is missing"
        : `it must be ${TYPES[issue.expected] ?? issue.expected}, this is ${kindOf(issue.input)}`;
    case "invalid_value":
      return `it must be one of ${issue.values.map(String).join(", ")}${suggestion(issue)}`;
    case "too_small":
      return `it must ${bound(issue, issue.minimum, issue.inclusive === false ? "above" : "at least")}`;
    case "too_big":
      return `it must ${bound(issue, issue.maximum, issue.inclusive === false ? "below" : "at most")}`;
    case "invalid_union":
      return "it is none of what can be written here";
    case "invalid_key":
      return "a key of it is empty";
    case "invalid_format":
      return `it is no ${FORMATS[issue.format] ?? issue.format}`;
    default:
      return "it does not make sense";
  }
}

function suggestion({ input, values }: z.core.$ZodRawIssue<z.core.$ZodIssueInvalidValue>): string {
  const meant = typeof input === "string" ? nearest(input, values.map(String)) : undefined;
  return meant === undefined ? "" : `; did you mean "${meant}"?`;
}

const TYPES: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a number without a fraction",
  boolean: "true or false",
  array: "a list",
  object: "a map",
  record: "a map",
};

const FORMATS: Readonly<Record<string, string>> = {
  cidrv4: "network, write it as 192.168.0.0/24",
  safeint: "whole number",
};

function kindOf(value: unknown): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a map";
  if (typeof value === "boolean") return "true or false";
  if (typeof value !== "number") return "a text";
  return Number.isFinite(value) ? "a number" : "none that can be counted with";
}

function bound(
  { origin }: { readonly origin: string },
  limit: number | bigint,
  relation: string,
): string {
  if (origin === "string") return "not be empty";
  if (origin === "array" || origin === "set") return `have ${relation} ${limit} items`;
  return `be ${relation} ${limit}`;
}
