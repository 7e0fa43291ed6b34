import type { z } from "zod";
import { errorMessage } from "../../diagnostics/error_message.ts";

/** Reads a report that is one JSON document. Throws an `Error` that says what is wrong, and where. */
export function readJson<T>(schema: z.ZodType<T>, document: string): T {
  return checked(schema, parsed(document));
}

/**
 * Reads a report that has a JSON document on each line; empty lines count for nothing. Throws as `readJson`, naming the
 * line.
 */
export function* readJsonLines<T>(schema: z.ZodType<T>, document: string): Generator<T> {
  let number = 0;
  for (const line of linesOf(document)) {
    number++;
    if (line.trim() === "") continue;
    try {
      yield checked(schema, parsed(line));
    } catch (error) {
      throw new Error(`line ${number}: ${errorMessage(error)}`, { cause: error });
    }
  }
}

function parsed(document: string): unknown {
  try {
    return JSON.parse(document);
  } catch (error) {
    throw new Error(`it is no JSON: ${errorMessage(error)}`, { cause: error });
  }
}

function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue?.path.map(String).join(".");
  throw new Error([where, issue?.message ?? "it has another form"].filter(Boolean).join(": "));
}

/** One after the other, so that a large report is not in memory twice. */
function* linesOf(document: string): Generator<string> {
  for (let at = 0; at < document.length;) {
    const end = document.indexOf("\n", at);
    const next = end === -1 ? document.length : end + 1;
    yield document.slice(at, next);
    at = next;
  }
}
