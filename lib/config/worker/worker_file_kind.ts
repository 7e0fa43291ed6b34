import { TOKEN_VARIABLE } from "../../worker/options/token_variable.ts";
import { defaultWorkerName } from "../../worker/labels.ts";
import { valueOf } from "../reading/exclusive_keys.ts";
import type { CheckedFile, FileKind } from "../file_kind.ts";
import { idleKeys } from "../reading/idle_keys.ts";
import type { OtherValue } from "../resolved_config.ts";
import { workerSchema } from "./worker_config.ts";
import { readWorkerFile } from "./worker_file.ts";

/** The file of `cirrus worker run`. */
export const workerFileKind: FileKind = {
  fileName: "worker.yml",
  schema: workerSchema,
  example: {
    head: [
      "What a persistent worker is told: cirrus worker run -f worker.yml",
      "Each key is shown with an example; what is commented out says nothing. After a change:",
      "cirrus config check -f worker.yml, and SIGHUP lets a running worker read the file again.",
    ],
    set: { rpc: { endpoint: "http://127.0.0.1:6130" } },
  },
  check,
};

async function check(path: string, environment: ReadonlyMap<string, string>): Promise<CheckedFile> {
  const { config: { root }, upstreams } = await readWorkerFile(path);
  const others: OtherValue[] = [];
  const notes = idleKeys(root, { path });
  if (!valueOf(root, "name")) {
    others.push({ key: "name", text: defaultWorkerName(Deno.hostname()), origin: "the name of this host" });
  }
  const fromEnvironment = Boolean(environment.get(TOKEN_VARIABLE));
  if (upstreams.kind === "several") {
    if (fromEnvironment) notes.push(`${TOKEN_VARIABLE} is ignored: the upstreams have their own tokens`);
    return { root, others, notes };
  }
  if (upstreams.endpoint === undefined) {
    notes.push("The file names no upstream: give one with --rpc-endpoint");
  }
  const tokenFile = valueOf(root, "token-file");
  if (tokenFile?.kind === "scalar") {
    others.push({ key: "token", text: "HIDDEN", origin: tokenFile.text });
  } else if (upstreams.token === undefined && fromEnvironment) {
    others.push({ key: "token", text: "HIDDEN", origin: `the variable ${TOKEN_VARIABLE}` });
  } else if (upstreams.token === undefined) {
    notes.push(
      `The file has no registration token: give one with --token-file, ${TOKEN_VARIABLE} or --token`,
    );
  }
  return { root, others, notes };
}
