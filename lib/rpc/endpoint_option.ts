import { parsedOption } from "../units/parsed_option.ts";
import { parseEndpoint } from "./endpoint.ts";

/** An endpoint of a configuration file, as it is written. */
export const endpointOption = parsedOption((text) => {
  parseEndpoint(text);
  return text;
});
