import { z } from "zod";
import { LOG_LEVELS } from "./level.ts";

/** `log` of a configuration file; `size` reads a size into bytes, which this room knows nothing of. */
export function logOptions({ size }: { readonly size: z.ZodType<number, string> }) {
  return z.strictObject({
    level: z.enum(LOG_LEVELS).optional().describe("How much the log says, info when not given"),
    format: z.enum(["text", "json"]).optional()
      .describe("Lines for people, which is what there is when not given, or one JSON object a line"),
    file: z.string().min(1).optional().describe("Where lines go in the place of the terminal"),
    "rotate-size": size.optional()
      .describe(
        'A file that would grow larger is set aside and a new one begun, such as "100 MiB"; never when not given',
      ),
    "max-rotations": z.int().min(0).optional()
      .describe("How many files that were set aside are kept, all when not given"),
  }).transform(({ file, level, format, "rotate-size": rotateBytes, "max-rotations": maxRotations }) => ({
    level,
    format,
    file: file === undefined ? undefined : { path: file, rotateBytes, maxRotations },
  })).describe("Where the log goes and what it says");
}

/** What `log` says. */
export type ConfiguredLog = z.output<ReturnType<typeof logOptions>>;
