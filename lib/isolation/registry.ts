import type { Isolation as IsolationMessage } from "../../proto/gen/cirrus_ci_service_pb.ts";
import type { ContainerIsolationOptions } from "./container/container_options.ts";
import type { Isolation } from "./isolation.ts";
import { isolationName } from "./isolation_name.ts";
import { NoneIsolation, type NoneIsolationOptions } from "./none.ts";

/** What the isolations of this program are told, by kind. */
export interface IsolationOptions {
  readonly none: NoneIsolationOptions;
  readonly container?: ContainerIsolationOptions;
}

/**
 * The isolation that a task asks for; none when it asks for nothing. Throws an error that says what to do
 * when this version cannot provide it.
 */
export function isolationFor(message: IsolationMessage | undefined, options: IsolationOptions): Isolation {
  if (message?.type.case === "container") {
    const container = message.type.value;
    // Most workers never need it.
    return {
      async prepare(request) {
        const { ContainerIsolation } = await import("./container/container_isolation.ts");
        return await new ContainerIsolation(container, options.container ?? {}).prepare(request);
      },
    };
  }
  switch (isolationName(message)) {
    case "none":
      return new NoneIsolation(options.none);
    case "parallels":
      throw new Error(
        "Could not run the task: Parallels isolation is not supported; use tart, vetu, container or none",
      );
    case "unknown":
      throw new Error(
        "Could not run the task: it asks for an isolation that this version of the worker does not know; " +
          "update the worker, or correct the task's isolation",
      );
    default:
      throw new Error(
        `Could not run the task: ${
          isolationName(message)
        } isolation is not supported by this version of the worker; ` +
          "update the worker, or run the task without an isolation",
      );
  }
}
