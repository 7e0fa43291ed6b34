/**
 * What a task is told that the settings refuse: `what` names the isolation, image or volume, `why` completes
 * "which ...", and `key` is where in `allowed-isolations` the settings could allow it.
 */
export function refusal(what: string, { why, key = "" }: { why: string; key?: string }): string {
  return `Could not run the task: the worker's security settings refuse the ${what}, which ${why}; ` +
    `ask for another one, or let the worker's owner allow it in security.allowed-isolations${key}`;
}
