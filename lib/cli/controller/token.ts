import { join } from "node:path";
import { newSecret } from "../../controller/secrets.ts";
import { readTokenOfFlag } from "../token_file.ts";

export interface TokenPlace {
  /** The file that a flag names. */
  readonly given: string | undefined;
  readonly flag: string;
  /** Where the token is made and kept when no file is given. */
  readonly directory: string;
  readonly name: string;
}

/** A token and the file that it is in. */
export interface Token {
  readonly value: string;
  readonly path: string;
}

/**
 * Reads a token from the file that was given, or from the one in the data directory, where it is made when it is missing:
 * readable for its owner only. Rejects with a `UsageError` when the file is not fit to hold a token.
 */
export async function obtainToken({ given, flag, directory, name }: TokenPlace): Promise<Token> {
  const path = given ?? join(directory, name);
  if (given === undefined) await makeToken(path);
  return { value: await readTokenOfFlag(path, { flag }), path };
}

/** Makes a file with a new token, unless there is one. It never exists without its token in it. */
async function makeToken(path: string): Promise<void> {
  const draft = `${path}.${crypto.randomUUID()}`;
  await Deno.writeTextFile(draft, `${newSecret()}\n`, { mode: 0o600, createNew: true });
  try {
    await Deno.link(draft, path);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  } finally {
    await Deno.remove(draft);
  }
}
