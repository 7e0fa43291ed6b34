/** Something of a project that its copy needs. `path` is relative to the project, with `/`. */
export interface ProjectEntry {
  readonly path: string;
  /** A folder stands here only when there is nothing in it: the others come with their files. */
  readonly kind: "file" | "symlink" | "empty folder";
}
