import type { ProjectFiles } from "../../lib/pipeline/project_files.ts";

/** Stands in where a `.cirrus.yml` comes without its project. */
export const noProjectFiles: ProjectFiles = {
  read: refuse,
  list: refuse,
};

function refuse(): Promise<never> {
  return Promise.reject(new Error("the project's files are not known here"));
}
