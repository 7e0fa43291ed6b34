/** The size of a terminal in characters. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** Standard output or standard error. */
export interface OutputStream {
  /** Resolves once the text is handed to the operating system; writes arrive in the order of the calls. */
  write(text: string): Promise<void>;
  /** For short texts outside of rendering; never while a `write` is pending. */
  writeSync(text: string): void;
  /** The size now, or undefined where nobody watches: a file or a pipe. */
  terminalSize(): TerminalSize | undefined;
}

/** The signals that a command may listen to. */
export type ListenedSignal = "SIGINT" | "SIGTERM" | "SIGHUP" | "SIGWINCH";

/** What a command has of the world around the program. Only the command line touches the real one. */
export interface Io {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** All of standard input, as text. */
  readonly readStdin: () => Promise<string>;
  readonly environment: ReadonlyMap<string, string>;
  /** Whether the person asked for all there is to know, by `--debug`. */
  readonly debug?: boolean;
  /** Absolute path. */
  readonly workingDirectory: string;
  /** Calls back at each arrival, until the result is disposed. A signal that the platform lacks never arrives. */
  onSignal(signal: ListenedSignal, callback: () => void): Disposable;
}
