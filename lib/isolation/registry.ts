import type { Isolation as IsolationMessage } from "../../proto/gen/cirrus_ci_service_pb.ts";
import type { ContainerIsolationOptions } from "./container/container_options.ts";
import type { Isolation } from "./isolation.ts";
import { LazyIsolation } from "./lazy_isolation.ts";
import { NoneIsolation, type NoneIsolationOptions } from "./none.ts";
import type { TartOptions } from "./tart/tart_options.ts";
import type { VetuOptions } from "./vetu/vetu_options.ts";

/** What the isolations of this program are told, by kind. */
export interface IsolationOptions {
  readonly none: NoneIsolationOptions;
  readonly container?: ContainerIsolationOptions;
  readonly tart: TartOptions;
  readonly vetu: VetuOptions;
}

/**
 * The isolation that a task asks for; none when it asks for nothing. Throws an error that says what to do
 * when this version cannot provide it.
 */
export function isolationFor(message: IsolationMessage | undefined, options: IsolationOptions): Isolation {
  if (message === undefined) return new NoneIsolation(options.none);
  const { type } = message;
  switch (type.case) {
    case "none":
      return new NoneIsolation(options.none);
    case "container":
      return new LazyIsolation(async () => {
        const { ContainerIsolation } = await import("./container/container_isolation.ts");
        return new ContainerIsolation(type.value, options.container ?? {});
      });
    case "tart":
      return new LazyIsolation(async () => {
        const { tartIsolation } = await import("./tart/tart_isolation.ts");
        return tartIsolation(type.value, options.tart);
      });
    case "vetu":
      return new LazyIsolation(async () => {
        const { vetuIsolation } = await import("./vetu/vetu_isolation.ts");
        return vetuIsolation(type.value, options.vetu);
      });
    case "parallels":
      throw new Error(
        "Could not run the task: Parallels isolation is not supported; use tart, vetu, container or none",
      );
    case undefined:
      throw new Error(
        "Could not run the task: it asks for an isolation that this version of the worker does not know; " +
          "update the worker, or correct the task's isolation",
      );
  }
}
