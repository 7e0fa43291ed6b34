import { z } from "zod";
import { LOG_LEVELS } from "./level.ts";

/** `log` of a configuration file; `size` reads a size into bytes, which this room knows nothing of. */
export function logOptions({ size }: { readonly size: z.ZodType<number, string> }) {
  return z.strictObject({
    level: z.enum(LOG_LEVELS).default("info").meta({
      description: "How much the log says",
      examples: ["debug"],
    }),
    format: z.enum(["text", "json"]).optional()
      .meta({
        description: "Lines for people, which is what there is when not given, or one JSON object a line",
        examples: ["json"],
      }),
    file: z.string().min(1).optional().meta({
      description: "Where lines go in the place of the terminal",
      examples: ["/var/log/cirrus-worker.log"],
    }),
    "rotate-size": size.optional()
      .meta({
        description: "A file that would grow larger is set aside and a new one begun; never when not given",
        examples: ["100 MiB"],
      }),
    "max-rotations": z.int().min(0).optional()
      .meta({
        description: "How many files that were set aside are kept, all when not given",
        examples: [10],
      }),
  }).transform(({ file, level, format, "rotate-size": rotateBytes, "max-rotations": maxRotations }) => ({
    level,
    format,
    file: file === undefined ? undefined : { path: file, rotateBytes, maxRotations },
  })).describe("Where the log goes and what it says");
}
