import { create } from "@bufbuild/protobuf";
import {
  type CacheInstruction,
  CacheInstructionSchema,
  CommandSchema,
} from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { field, type Fields, misplacedField, readFields, schemaOf } from "../field.ts";
import { condition, text, texts } from "../field_types.ts";
import type { Node } from "../node.ts";
import { Problem } from "../problem.ts";
import { script } from "../script.ts";
import type { InstructionKind } from "./instruction.ts";

interface Draft {
  readonly cache: CacheInstruction;
  name: string;
  folder: string | undefined;
  folders: readonly string[];
  /** Whether there is a fingerprint, even an empty one: what it says has no need to be uploaded again. */
  fingerprinted: boolean;
  reuploadOnChanges: boolean | undefined;
}

const cacheFields: Fields<Draft> = {
  name: field(text, "Name of the cache, in place of the one in its key", {
    store: (draft, name) => draft.name = name || draft.name,
  }),
  folder: field(text, "Directory to keep", { store: (draft, folder) => draft.folder = folder }),
  folders: field(texts, "Directories to keep", { store: (draft, folders) => draft.folders = folders }),
  path: misplacedField('as "folder"'),
  fingerprint_script: field(script, "Script whose output tells one state of the cache from another", {
    store(draft, lines) {
      draft.cache.fingerprintScripts = lines;
      draft.fingerprinted = true;
    },
  }),
  fingerprint_key: field(text, "Text that tells one state of the cache from another", {
    store(draft, key) {
      draft.cache.fingerprintKey = key;
      draft.fingerprinted = true;
    },
  }),
  populate_script: field(script, "Script that fills the directories when the cache has nothing", {
    store: ({ cache }, lines) => cache.populateScripts = lines,
  }),
  reupload_on_changes: field(
    condition,
    "Whether what changed is uploaded again; true without a fingerprint",
    {
      store: (draft, reupload) => draft.reuploadOnChanges = reupload,
    },
  ),
  optimistically_restore_on_miss: field(condition, "Whether another state of the cache will do for a start", {
    store: ({ cache }, restore) => cache.optimisticallyRestoreOnMiss = restore,
  }),
};

/** `*cache`. */
export const cacheInstruction: InstructionKind = {
  suffix: "cache",
  nameWhenBare: "main",
  doc: "Directories to keep from one run of the task to the next",
  schema: schemaOf(cacheFields),
  read(node, name, scope) {
    const before = scope.problems.errors;
    const draft = readFields<Draft>(node, cacheFields, {
      draft: {
        cache: create(CacheInstructionSchema),
        name,
        folder: undefined,
        folders: [],
        fingerprinted: false,
        reuploadOnChanges: undefined,
      },
      scope,
      what: `"${node.name}"`,
    });
    const { cache } = draft;
    const isRead = scope.problems.errors === before;
    cache.folders = (isRead ? foldersOf(draft, node) : []).map((written) =>
      written.trim().replace(/^~\//, "$HOME/")
    );
    if (cache.fingerprintScripts.length > 0 && cache.fingerprintKey !== "") {
      throw new Problem(
        `Reading "${node.name}": it has both "fingerprint_script" and "fingerprint_key", write one of them`,
        node.at,
      );
    }
    cache.reuploadOnChanges = draft.reuploadOnChanges ?? !draft.fingerprinted;
    return create(CommandSchema, {
      name: draft.name,
      instruction: { case: "cacheInstruction", value: cache },
    });
  },
};

function foldersOf({ folder = "", folders }: Draft, node: Node): readonly string[] {
  if (folder !== "" && folders.length > 0) {
    throw new Problem(
      `Reading "${node.name}": it has both "folder" and "folders", write one of them`,
      node.at,
    );
  }
  if (folder !== "") return [folder];
  if (folders.length > 0) return folders;
  throw new Problem(
    `Reading "${node.name}": it needs "folder" or "folders", the directories to keep`,
    node.at,
  );
}
