import type { ArtifactReading, ArtifactStorage } from "../blobs/artifact_storage.ts";
import type { ByteRange } from "../http/byte_range.ts";
import type { Content } from "../http/select_content.ts";
import type {
  ArtifactFile,
  ArtifactHolder,
  ArtifactIndex,
  ArtifactSet,
  ArtifactSummary,
} from "../store/artifact_index.ts";
import type { ZipEntry } from "../zip/zip_archive.ts";

/** How many files are looked up at once. */
const BATCH = 1_000;

/** An opened file of a task's. */
export interface OpenArtifact extends ArtifactReading {
  readonly file: ArtifactFile;
}

/** The files that tasks uploaded, for those who want them. */
export class Artifacts {
  readonly #index: ArtifactIndex;
  readonly #storage: ArtifactStorage;

  constructor(options: { readonly index: ArtifactIndex; readonly storage: ArtifactStorage }) {
    this.#index = options.index;
    this.#storage = options.storage;
  }

  /** By task, then by name. */
  list(holder: ArtifactHolder): Promise<ArtifactSummary[]> {
    return this.#index.list(holder);
  }

  /** Files after the path `after`, or all, by path; at most `limit`. */
  files(
    set: ArtifactSet,
    page: { readonly after?: string; readonly limit: number },
  ): Promise<ArtifactFile[]> {
    return this.#index.files(set, page);
  }

  /** Opens a file as `ArtifactStorage.read` does; undefined when there is none. */
  async open(
    set: ArtifactSet,
    file: { readonly path: string; readonly choose?: (content: Content) => ByteRange | undefined },
  ): Promise<OpenArtifact | undefined> {
    const found = await this.#index.find(set, file.path);
    const reading = found && await this.#read(found, set, file.choose);
    return reading && { ...reading, file: found };
  }

  /** All files as the entries of an archive. */
  async zipEntries(set: ArtifactSet): Promise<ZipEntry[]> {
    const entries: ZipEntry[] = [];
    let page: ArtifactFile[];
    let after = "";
    do {
      page = await this.#index.files(set, { after, limit: BATCH });
      after = page.at(-1)?.path ?? "";
      entries.push(...page.map((file) => this.#toEntry(file, set)));
    } while (page.length === BATCH);
    return entries;
  }

  #toEntry(file: ArtifactFile, set: ArtifactSet): ZipEntry {
    const { path, size, storedAt } = file;
    return {
      path,
      size,
      modifiedAt: new Date(storedAt),
      open: async () => {
        const reading = await this.#read(file, set);
        if (reading === undefined) throw new Error(`Archiving ${path}: it is gone`);
        return reading.body;
      },
    };
  }

  #read(
    file: ArtifactFile,
    { name }: ArtifactSet,
    choose?: (content: Content) => ByteRange | undefined,
  ): Promise<ArtifactReading | undefined> {
    return this.#storage.read({ ...file, name }, choose);
  }
}
