import { basename } from "node:path";
import { AbortReason } from "../async/abort_reason.ts";
import { succeeded } from "./exit_status.ts";
import { startTool, type ToolEnd, type ToolOptions } from "./start_tool.ts";
import { ToolError } from "./tool_error.ts";

export interface ToolStreamOptions extends ToolOptions {
  /** Which ends are none of a failure; those with status 0 when absent. */
  readonly isGood?: (end: ToolEnd) => boolean;
}

/** What a tool prints. Its failure is an error of the stream; who cancels the stream ends the tool. */
export function toolStream(
  argv: readonly [string, ...string[]],
  options: ToolStreamOptions,
): ReadableStream<Uint8Array> {
  const { isGood = ({ status }) => succeeded(status), signal } = options;
  const cancelled = new AbortController();
  const tool = startTool(argv, {
    ...options,
    signal: AbortSignal.any([...signal ? [signal] : [], cancelled.signal]),
  });
  const reader = tool.stdout.getReader();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value } = await reader.read();
      if (value) return controller.enqueue(value);
      const end = await tool.ended;
      if (!isGood(end)) throw ToolError.of(basename(argv[0]), end);
      controller.close();
    },
    async cancel() {
      cancelled.abort(new AbortReason("finished", `Nobody reads what ${basename(argv[0])} prints any more`));
      await tool.ended.catch(() => {});
    },
  }, { highWaterMark: 0 });
}
