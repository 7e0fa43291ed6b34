import { ControllerError } from "./controller_error.ts";

/** What a call resolves with; undefined when the controller has no such thing. */
export async function unlessMissing<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ControllerError && error.code === "not_found") return undefined;
    throw error;
  }
}
