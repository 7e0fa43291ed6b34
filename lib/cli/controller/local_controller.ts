import { join } from "node:path";
import { z } from "zod";
import { replaceFile } from "../../worker/ownership/owner_files.ts";

/** How the commands of this host reach its controller. */
export interface LocalController {
  /** The HTTP API: `http://host:port` or `https://host:port`. */
  readonly endpoint: string;
  /** The file with the API's token. */
  readonly apiTokenFile: string;
}

const schema = z.object({ endpoint: z.string(), apiTokenFile: z.string() });

/** Lets the commands of this host find a controller by its data directory. */
export function publishLocalController(dataDirectory: string, controller: LocalController): void {
  replaceFile(fileIn(dataDirectory), `${JSON.stringify(controller, null, 2)}\n`, { durable: false });
}

/**
 * How to reach the controller that uses a data directory, or used it last; undefined where none ever did. Rejects with
 * an `Error` when that cannot be read.
 */
export async function findLocalController(dataDirectory: string): Promise<LocalController | undefined> {
  const path = fileIn(dataDirectory);
  try {
    return schema.parse(JSON.parse(await Deno.readTextFile(path)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new Error(`Could not read ${path}: start the controller again, which writes it anew`, {
      cause: error,
    });
  }
}

function fileIn(dataDirectory: string): string {
  return join(dataDirectory, "controller.json");
}
