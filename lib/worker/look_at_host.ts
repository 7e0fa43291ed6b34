import { AbortReason } from "../async/abort_reason.ts";
import { delay } from "../async/delay.ts";
import type { Logger } from "../logging/logger.ts";

/** A worker registers before it looks at its host; one that cannot register waits so long for that, in milliseconds. */
const LOOK_AFTER_MS = 2_000;

const importGitCheck = () => import("./warn_of_missing_git.ts");
const importVmCheck = () => import("./ownership/unlisted_vms.ts");
const importContainerCheck = () => import("./ownership/unlisted_containers.ts");

/** How a worker looks at its host. */
export interface LookAtHostOptions {
  /** Resolves when an upstream knows the worker. */
  readonly registered: Promise<void>;
  readonly stateDirectory: string;
  readonly adoptLeftovers: boolean;
  readonly logger: Logger;
}

/**
 * Looks for what is wrong with the host, once the worker is registered: git that is missing, and what dead workers left
 * without having it written down. Disposing waits until that is done.
 */
export function lookAtHost(options: LookAtHostOptions): AsyncDisposable {
  const { registered, stateDirectory, adoptLeftovers, logger } = options;
  const stop = new AbortController();
  const late = delay(LOOK_AFTER_MS, { signal: stop.signal }).catch(() => {});
  const looked = Promise.race([registered, late]).then(() =>
    Promise.all([
      importGitCheck().then(({ warnOfMissingGit }) => warnOfMissingGit(logger)),
      importVmCheck().then(({ handleUnlistedVms }) =>
        handleUnlistedVms({ stateDirectory, adopt: adoptLeftovers, logger })
      ),
      importContainerCheck().then(({ removeUnlistedContainers }) =>
        removeUnlistedContainers({ stateDirectory, logger, signal: stop.signal })
      ),
    ])
  );
  return {
    async [Symbol.asyncDispose]() {
      stop.abort(new AbortReason("shutdown", "The worker ends"));
      await looked;
    },
  };
}
