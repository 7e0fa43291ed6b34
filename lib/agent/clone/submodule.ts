import type { RepositoryUrl } from "./repository_url.ts";

/** A repository within another one's tree. */
export interface Submodule {
  readonly name: string;
  /** Relative to the tree, with `/`. */
  readonly path: string;
  readonly url: RepositoryUrl;
  /** The id of the commit that the tree names. */
  readonly commit: string;
}
