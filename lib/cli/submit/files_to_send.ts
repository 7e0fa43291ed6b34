import { posix } from "node:path";
import type { SentFiles } from "../../controller/builds/sent_files.ts";
import { readSubmission, type Submission } from "../../controller/builds/submission.ts";
import { localFiles } from "../../pipeline/local_files.ts";
import type { ProjectFiles } from "../../pipeline/project_files.ts";
import { repositoryTop } from "../project/repository_top.ts";

/** What files may have together, so that a request with them is not refused; in bytes. */
const MAX_BYTES = 5_000_000;

/**
 * The files of a project that reading its definition takes (Dockerfiles, and what those copy), found out by reading it
 * here as the controller will. What is too much to be sent is named only.
 */
export async function filesToSend(
  submission: Omit<Submission, "files">,
  { directory }: { readonly directory: string },
): Promise<SentFiles> {
  if (!submission.definition.includes("dockerfile")) return {};
  const recorder = new Recorder(localFiles(directory, { boundary: repositoryTop(directory) }));
  try {
    await readSubmission({ ...submission, files: {} }, recorder);
  } catch {
    // The controller will say what is wrong.
  }
  return recorder.found;
}

/** Remembers which files were read. */
class Recorder implements ProjectFiles {
  readonly found: Record<string, string | null> = {};
  readonly #files: ProjectFiles;
  #left = MAX_BYTES;

  constructor(files: ProjectFiles) {
    this.#files = files;
  }

  async read(path: string): Promise<Uint8Array> {
    const content = await this.#files.read(path);
    const fits = content.length <= this.#left;
    if (fits) this.#left -= content.length;
    this.found[posix.normalize(path)] = fits ? content.toBase64() : null;
    return content;
  }

  list(path: string): Promise<readonly string[] | undefined> {
    return this.#files.list(path);
  }
}
