import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  type HostControlResponse_DataChannelRequest as ShellRequest,
  type HostDataRequestSchema,
  type HostService,
  type TerminalDimensions,
} from "../../../proto/gen/terminal_pb.ts";
import { AbortReason } from "../../async/abort_reason.ts";
import { errorMessage } from "../../diagnostics/error_message.ts";
import type { Client } from "../../rpc/client.ts";
import type { Dimensions } from "./dimensions.ts";
import type { MachineTerminal } from "./machine_terminal.ts";

export interface TerminalSessionOptions {
  readonly server: Client<typeof HostService>;
  /** By this the server knows the machine. */
  readonly locator: string;
  readonly open: (dimensions: Dimensions) => Promise<MachineTerminal>;
  /** Told whenever the person does something. */
  readonly onActivity: () => void;
  readonly signal: AbortSignal;
}

/** Serves one shell to the person who has asked for it, until either of them goes. */
export async function runTerminalSession(
  { token, requestedDimensions }: ShellRequest,
  { server, locator, open, onActivity, signal }: TerminalSessionOptions,
): Promise<void> {
  const opened = await open(dimensionsOf(requestedDimensions)).catch(errorMessage);
  await using terminal = typeof opened === "string" ? undefined : opened;
  // The person should see why there is no shell.
  const output = typeof opened === "string"
    ? ReadableStream.from([new TextEncoder().encode(`${opened}\r\n`)])
    : opened.output;
  const over = new AbortController();
  const requests = async function* (): AsyncGenerator<MessageInitShape<typeof HostDataRequestSchema>> {
    yield { operation: { case: "hello", value: { locator, token } } };
    for await (const data of output) yield { operation: { case: "output", value: { data } } };
    over.abort(new AbortReason("finished", "The shell has ended"));
  };
  const answers = server.dataChannel(requests(), { signal: AbortSignal.any([signal, over.signal]) });
  try {
    for await (const { operation } of answers) {
      onActivity();
      if (operation.case === "input") terminal?.type(operation.value.data);
      if (operation.case === "changeDimensions") {
        // A size that cannot be set is no reason to end.
        await terminal?.resize(dimensionsOf(operation.value)).catch(() => {});
      }
    }
  } catch (error) {
    if (!over.signal.aborted) throw error;
  }
}

/** What no terminal can be is taken for the size that all of them once had. */
function dimensionsOf(message: TerminalDimensions | undefined): Dimensions {
  const { widthColumns = 0, heightRows = 0 } = message ?? {};
  const within = (count: number, usual: number) => count >= 1 && count <= 10_000 ? count : usual;
  return { columns: within(widthColumns, 80), rows: within(heightRows, 24) };
}
