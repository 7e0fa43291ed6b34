/// <reference lib="deno.worker" />
import { makeCase, readCorpus, runCase } from "./case.ts";
import type { FuzzOrder, FuzzReport } from "./order.ts";

self.onmessage = async ({ data }: MessageEvent<FuzzOrder>) => {
  const { seed, from, to } = data;
  const corpus = await readCorpus();
  for (let index = from; index < to; index++) {
    report({ kind: "started", index });
    try {
      await runCase(makeCase(index, { seed, corpus }));
    } catch (error) {
      report({
        kind: "failed",
        index,
        message: error instanceof Error ? error.stack ?? error.message : String(error),
      });
    }
  }
  report({ kind: "done" });
};

function report(message: FuzzReport): void {
  self.postMessage(message);
}
