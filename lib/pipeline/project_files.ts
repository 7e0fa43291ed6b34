/** The files of a project, by paths relative to its root with `/` between their parts. */
export interface ProjectFiles {
  /** @throws when there is no such file, or it cannot be read, or it would be outside of the project. */
  read(path: string): Promise<Uint8Array>;
  /**
   * The names in a directory; undefined when the path is a file.
   *
   * @throws as `read` does.
   */
  list(path: string): Promise<readonly string[] | undefined>;
}
