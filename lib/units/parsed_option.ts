import { z } from "zod";

/** A text of a configuration file that `parse` reads, which throws an `Error` that says what is wrong with one. */
export function parsedOption<T>(parse: (text: string) => T): z.ZodType<T, string> {
  return z.string().transform((text, { issues }) => {
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      issues.push({ code: "custom", input: text, message: error.message });
      return z.NEVER;
    }
  });
}
