/** What was asked for is not there, or not there any more. */
export class NotFoundError extends Error {
  override readonly name = "NotFoundError";
}

/** What is said of a build that there is not. */
export function noBuild(id: string): NotFoundError {
  return new NotFoundError(`Looking for build ${id}: there is none`);
}

/** What is said of a task that there is not. */
export function noTask(id: string): NotFoundError {
  return new NotFoundError(`Looking for task ${id}: there is none`);
}
