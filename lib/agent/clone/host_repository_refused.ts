import type { RepositoryUrl } from "./repository_url.ts";

/**
 * Under `--user`, a task must not get from the worker's file system, by way of git, what that user could not read: git
 * is the worker's own.
 */
export class HostRepositoryRefused extends Error {
  override readonly name = "HostRepositoryRefused";

  constructor(url: RepositoryUrl) {
    super(
      `Cloning ${url.text}: that is a folder of the worker's host, which git would read as the worker's own user and ` +
        "not as that of --user; serve the repository by https, http, ssh or git",
    );
  }
}
