/** Whose artifacts: those of one task, or of all tasks of a build but those that were run again. */
export type ArtifactHolder =
  | { readonly kind: "build"; readonly id: string }
  | { readonly kind: "task"; readonly id: string };

/** What a task says of the files that one of its commands uploads. */
export interface ArtifactDescription {
  /** The command's. */
  readonly name: string;
  /** The media type that its file states, or an empty text. */
  readonly type: string;
  /** What the files are to be read as for annotations (`junit`), or an empty text. */
  readonly format: string;
}

/** Artifacts of a name that a task has. */
export interface ArtifactSummary extends ArtifactDescription {
  readonly taskId: string;
  readonly taskName: string;
  /** How many. */
  readonly files: number;
  /** Of all files, in bytes. */
  readonly size: number;
}

/** One file. Where several tasks of a build uploaded the same, it is that of the task that did so last. */
export interface ArtifactFile {
  readonly buildId: string;
  readonly taskId: string;
  readonly taskName: string;
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  /** The media type that the task's file states, or an empty text. */
  readonly type: string;
  /** Milliseconds since 1970. */
  readonly storedAt: number;
}

/** Artifacts of one name. */
export interface ArtifactSet {
  readonly holder: ArtifactHolder;
  readonly name: string;
}

/** Which artifacts there are; their content is elsewhere. */
export interface ArtifactIndex {
  /**
   * Adds files that are there, or replaces those of the same path. Files from an earlier try to run the task are
   * forgotten.
   */
  add(
    assignmentId: number,
    artifact: ArtifactDescription & {
      readonly files: readonly Pick<ArtifactFile, "path" | "size">[];
      readonly at: number;
    },
  ): Promise<void>;
  /** By task, then by name. */
  list(holder: ArtifactHolder): Promise<ArtifactSummary[]>;
  /** Files after the path `after`, or all, by path; at most `limit`. */
  files(set: ArtifactSet, page: { readonly after?: string; readonly limit: number }): Promise<ArtifactFile[]>;
  find(set: ArtifactSet, path: string): Promise<ArtifactFile | undefined>;
  /** The bytes of all files of all builds. */
  totalBytes(): Promise<number>;
}
