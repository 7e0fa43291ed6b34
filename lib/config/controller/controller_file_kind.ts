import { controllerSchema } from "./controller_config.ts";
import { readControllerFile } from "./controller_file.ts";
import type { FileKind } from "../file_kind.ts";
import { idleKeys } from "../reading/idle_keys.ts";

/** The file of `cirrus controller run`. */
export const controllerFileKind: FileKind = {
  fileName: "controller.yml",
  schema: controllerSchema,
  example: {
    head: [
      "What a controller is told: cirrus controller run -f controller.yml",
      "Each key is shown with an example; what is commented out says nothing. After a change:",
      "cirrus config check --controller -f controller.yml",
    ],
    set: { listen: "127.0.0.1:6130", "http-listen": "127.0.0.1:6131" },
  },
  async check(path) {
    const { root } = await readControllerFile(path);
    return { root, others: [], notes: idleKeys(root, { path }) };
  },
};
