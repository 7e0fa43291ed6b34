import { parseByteSize } from "./byte_size.ts";
import { parsedOption } from "./parsed_option.ts";

/** A size of a configuration file, such as `640 KB` or `100 MiB`, above 0, read into bytes. */
export const byteSizeOption = parsedOption((text) => {
  const bytes = parseByteSize(text);
  if (bytes === 0) throw new SyntaxError(`Invalid size "${text}": it must be above zero`);
  return bytes;
});
