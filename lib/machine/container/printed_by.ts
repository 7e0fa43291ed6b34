import { AbortReason } from "../../async/abort_reason.ts";
import { describeStatus, succeeded } from "../../process/exit_status.ts";
import type { MachineCommand } from "../machine.ts";
import type { ContainerShell } from "./container_shell.ts";

/**
 * What a program of the image prints on standard output; its failure is an error of the stream, which `doing` begins.
 * Who cancels the stream ends the program.
 */
export async function printedBy(
  shell: ContainerShell,
  { doing, command, signal }: { doing: string; command: MachineCommand; signal: AbortSignal },
): Promise<ReadableStream<Uint8Array>> {
  const stop = new AbortController();
  const { output, status } = await shell.start(command, {
    signal: AbortSignal.any([signal, stop.signal]),
    streaming: true,
  });
  const reader = output.getReader();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value } = await reader.read();
      if (value) return controller.enqueue(value);
      const end = await status;
      if (!succeeded(end)) throw new Error(`${doing}: ${command.argv[0]} failed with ${describeStatus(end)}`);
      controller.close();
    },
    async cancel() {
      stop.abort(new AbortReason("finished", "Nobody reads it any more"));
      await Promise.allSettled([reader.cancel(), status]);
    },
  }, { highWaterMark: 0 });
}
