import { controllerFileKind } from "../../config/controller/controller_file_kind.ts";
import type { FileKind } from "../../config/file_kind.ts";
import { workerFileKind } from "../../config/worker/worker_file_kind.ts";
import type { SchemaFlags } from "./config_flags.ts";

/** The kind of file that the flags mean. */
export function fileKindOf({ controller }: SchemaFlags): FileKind {
  return controller ? controllerFileKind : workerFileKind;
}
