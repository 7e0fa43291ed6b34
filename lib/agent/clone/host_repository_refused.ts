import type { RepositoryUrl } from "./repository_url.ts";

/** A task must not get from the worker's file system, by way of git, what it could not read there itself. */
export class HostRepositoryRefused extends Error {
  override readonly name = "HostRepositoryRefused";

  constructor(url: RepositoryUrl) {
    super(
      `Cloning ${url.text}: that is a folder of the worker's host, and the task does not run there as the worker's ` +
        "user; serve the repository by https, http, ssh or git",
    );
  }
}
