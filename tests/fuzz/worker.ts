/// <reference lib="deno.worker" />
import type { FuzzOrder, FuzzReport } from "./order.ts";
import { SUBJECTS } from "./subjects.ts";

self.onmessage = async ({ data }: MessageEvent<FuzzOrder>) => {
  const { seed, from, to } = data;
  const subject = await SUBJECTS[data.subject]({ seed });
  for (let index = from; index < to; index++) {
    report({ kind: "started", index });
    try {
      await subject.run(index);
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
