import { z } from "zod";
import { parseByteSize } from "./byte_size.ts";

/** A size of a configuration file, such as `640 KB` or `100 MiB`, above 0, read into bytes. */
export const byteSizeOption = z.string().transform((text, { issues }): number => {
  try {
    const bytes = parseByteSize(text);
    if (bytes > 0) return bytes;
    issues.push({ code: "custom", input: text, message: `Invalid size "${text}": it must be above zero` });
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    issues.push({ code: "custom", input: text, message: error.message });
  }
  return z.NEVER;
});
