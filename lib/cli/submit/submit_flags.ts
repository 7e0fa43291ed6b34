import type { ClientFlags } from "../controller_client/access_flags.ts";
import type { OutputFormat } from "../run/output_format.ts";

/** The flags of `cirrus submit`. */
export interface SubmitFlags extends ClientFlags {
  readonly file?: string;
  readonly env?: readonly string[];
  readonly envFile?: readonly string[];
  readonly cloneUrl?: string;
  readonly branch?: string;
  readonly change?: string;
  readonly follow: boolean;
  readonly output: OutputFormat;
}
