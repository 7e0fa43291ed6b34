import { configFiles } from "./config_case.ts";
import { pipelineFiles } from "./pipeline_case.ts";
import { type OpenedSubject, openSubject } from "./subject.ts";

/** What can be fuzzed, by the names that `--subject` takes. */
export const SUBJECTS = {
  pipeline: (options: { readonly seed: number }): Promise<OpenedSubject> =>
    openSubject(pipelineFiles, options),
  config: (options: { readonly seed: number }): Promise<OpenedSubject> => openSubject(configFiles, options),
} as const;

export type SubjectName = keyof typeof SUBJECTS;

export function isSubjectName(name: string): name is SubjectName {
  return Object.hasOwn(SUBJECTS, name);
}
