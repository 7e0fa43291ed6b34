import type { AdditionalInstance } from "./additional_instance.ts";
import type { TaskProperty } from "./task_property.ts";

/** How the result can be printed for programs. */
export const PRINT_FORMATS = ["json", "yaml"] as const;

export type PrintFormat = (typeof PRINT_FORMATS)[number];

/** The flags of `cirrus validate`. */
export interface ValidateFlags {
  /** A path, or `-` for standard input. */
  readonly file?: string;
  readonly env?: readonly string[];
  readonly affectedFiles?: readonly string[];
  readonly print?: PrintFormat;
  readonly allowMissingInstances: boolean;
  readonly additionalTaskProperty?: readonly TaskProperty[];
  readonly additionalInstance?: readonly AdditionalInstance[];
  /** A path. */
  readonly descriptorSet?: string;
  readonly schema: boolean;
}
