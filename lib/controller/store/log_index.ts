/** What a log is that may be kept in the database while it is small. */
export interface StoredLog {
  readonly id: number;
  /** What the controller itself put before the command's output. */
  readonly preface: Uint8Array;
  /** The output, while it is small; undefined once it is in a file. */
  readonly content: Uint8Array | undefined;
}

/** Which log: the one of a command in one try to run its task. */
export interface LogKey {
  readonly assignmentId: number;
  readonly command: string;
}

/** Where logs are. */
export interface LogIndex {
  find(key: LogKey): Promise<StoredLog | undefined>;
  /** The current log, created when there is none; undefined when the task has no such command. */
  open(key: LogKey): Promise<StoredLog | undefined>;
  /** A log that is to replace the current one once it is complete; undefined when the task has no such command. */
  draft(key: LogKey): Promise<StoredLog | undefined>;
  /** Puts a draft in the place of the current log, whose id it returns if it was in a file. */
  promote(key: LogKey, draftId: number): Promise<number | undefined>;
  /** Removes a draft. */
  discard(id: number): Promise<void>;
  setContent(id: number, content: Uint8Array): Promise<void>;
  /** The content is in the log's file from now on. */
  moveToFile(id: number): Promise<void>;
  /** The commands of a build that have a log, in the last try of each task. */
  ofBuild(buildId: string): Promise<Array<LogKey & { readonly taskId: string }>>;
  /** Forgets the drafts that nobody will complete. Returns the ids of the logs that are in files. */
  recover(): Promise<ReadonlySet<number>>;
}
