import type { MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { Buffer } from "node:buffer";
import { withGrace } from "../../lib/async/grace.ts";
import { Code } from "../../lib/rpc/code.ts";
import { RpcError } from "../../lib/rpc/rpc_error.ts";
import { type CallContext, implement, type Implementation } from "../../lib/rpc/server.ts";
import { RestartableServer } from "./restartable_server.ts";
import {
  CirrusCIService,
  type CommandResult,
  type CommandsResponseSchema,
  type LogEntry,
  type ReportAgentFinishedRequest,
  Status,
} from "../../proto/gen/cirrus_ci_service_pb.ts";

type Methods = (typeof CirrusCIService)["method"];

/** The methods that answer without being asked to misbehave. */
type Method =
  | "initialCommands"
  | "reportCommandUpdates"
  | "streamLogs"
  | "saveLogs"
  | "heartbeat"
  | "reportAgentError"
  | "reportAgentWarning"
  | "reportAgentFinished"
  | FileMethod;

/** The methods about caches, artifacts and terminals: UNIMPLEMENTED, until a test gives the upstream some. */
export type FileMethod =
  | "reportTerminalAttached"
  | "reportTerminalLifecycle"
  | "uploadArtifacts"
  | "reportAnnotations"
  | "generateArtifactUploadURLs"
  | "commitUploadedArtifacts"
  | "cacheInfo"
  | "deleteCache"
  | "generateCacheDownloadURLs"
  | "generateCacheUploadURL"
  | "multipartCacheUploadCreate"
  | "multipartCacheUploadPart"
  | "multipartCacheUploadCommit";

type Request<M extends Method> = Methods[M]["methodKind"] extends "client_streaming"
  ? AsyncIterable<MessageShape<Methods[M]["input"]>>
  : MessageShape<Methods[M]["input"]>;

export type Answer<M extends Method> = (
  request: Request<M>,
  context: CallContext,
) => Promise<MessageInitShape<Methods[M]["output"]>>;

/** One log stream, as far as it was read. */
export interface LogStream {
  readonly commandName: string;
  readonly raw: boolean;
  /** The sizes of the chunks. */
  readonly chunks: number[];
  text(): string;
  bytes(): Uint8Array;
}

/** How long a test waits for something to arrive before it fails. */
const WAIT_MS = 30_000;

/**
 * The upstream of one task, as agents see it: a real server on a real socket that hands out `commands` and
 * writes down what it is told. A test makes it misbehave by replacing some of its `answers`.
 */
export class FakeCi extends RestartableServer {
  readonly serverSecret = "server-secret-of-the-task";
  /** What `InitialCommands` answers with. */
  commands: MessageInitShape<typeof CommandsResponseSchema> = {};
  readonly answers: { -readonly [M in Method]: Answer<M> };
  readonly service: Implementation;

  /** Every call so far by its method, and every state of a command, in the order of their arrival. */
  readonly events: string[] = [];
  /** The reports of commands' states, each with all it held. */
  readonly updates: CommandResult[][] = [];
  readonly live: LogStream[] = [];
  readonly saved: LogStream[] = [];
  readonly errors: string[] = [];
  readonly warnings: string[] = [];
  readonly finished: ReportAgentFinishedRequest[] = [];
  /** The metadata of the latest call. */
  metadata: ReadonlyMap<string, string> = new Map();
  readonly #arrivals = new EventTarget();

  private constructor() {
    super();
    this.answers = {
      initialCommands: () => Promise.resolve({ serverToken: this.serverSecret, ...this.commands }),
      reportCommandUpdates: () => Promise.resolve({}),
      streamLogs: (entries) => this.readLog(entries, this.live),
      saveLogs: (entries) => this.readLog(entries, this.saved),
      heartbeat: () => Promise.resolve({}),
      reportAgentError: () => Promise.resolve({}),
      reportAgentWarning: () => Promise.resolve({}),
      reportAgentFinished: () => Promise.resolve({}),
      reportTerminalAttached: unimplemented,
      reportTerminalLifecycle: unimplemented,
      uploadArtifacts: unimplemented,
      reportAnnotations: unimplemented,
      generateArtifactUploadURLs: unimplemented,
      commitUploadedArtifacts: unimplemented,
      cacheInfo: unimplemented,
      deleteCache: unimplemented,
      generateCacheDownloadURLs: unimplemented,
      generateCacheUploadURL: unimplemented,
      multipartCacheUploadCreate: unimplemented,
      multipartCacheUploadPart: unimplemented,
      multipartCacheUploadCommit: unimplemented,
    };
    this.service = this.#implementation();
  }

  static async start(): Promise<FakeCi> {
    const upstream = new FakeCi();
    await upstream.listen();
    return upstream;
  }

  protected override get services() {
    return [this.service];
  }

  /** Resolves as soon as `happened` is true; looked at after every arrival. */
  async until(happened: () => boolean): Promise<void> {
    await withGrace("waiting for the agent", WAIT_MS, async (signal) => {
      while (!happened()) {
        await new Promise((resolve) =>
          this.#arrivals.addEventListener("arrival", resolve, { once: true, signal })
        );
      }
    });
  }

  /** The last known state of each command. */
  get states(): Record<string, string> {
    return Object.fromEntries(this.updates.flat().map(({ name, status }) => [name, Status[status]]));
  }

  /** What the last `SaveLogs` of a command held. */
  savedText(commandName: string): string {
    return this.saved.findLast((log) => log.commandName === commandName)?.text() ?? "";
  }

  /** What all the live streams of a command held, one after the other. */
  liveText(commandName: string): string {
    return this.live.filter((log) => log.commandName === commandName).map((log) => log.text()).join("");
  }

  /** Reads a log stream to its end, as an upstream does. Stops with what `onChunk` throws. */
  async readLog(
    entries: AsyncIterable<LogEntry>,
    into: LogStream[],
    onChunk: (stream: LogStream) => void | Promise<void> = () => {},
  ): Promise<{ bytesLogged: bigint }> {
    let stream: ReturnType<typeof newStream> | undefined;
    for await (const { value } of entries) {
      if (value.case === "key") {
        stream = newStream(value.value);
        into.push(stream);
      } else if (value.case === "chunk" && stream) {
        stream.parts.push(value.value.data);
        this.#arrived();
        await onChunk(stream);
      }
    }
    return { bytesLogged: BigInt(stream?.bytes().length ?? 0) };
  }

  #arrived(event?: string): void {
    if (event !== undefined) this.events.push(event);
    this.#arrivals.dispatchEvent(new Event("arrival"));
  }

  #implementation(): Implementation {
    const take =
      <M extends Method>(method: M, note: (request: Request<M>) => void = () => {}): Answer<M> =>
      async (request, context) => {
        this.metadata = context.metadata;
        note(request);
        this.#arrived(method);
        return await this.answers[method](request, context);
      };
    return implement(CirrusCIService, {
      initialCommands: take("initialCommands"),
      reportCommandUpdates: take("reportCommandUpdates", ({ updates }) => {
        this.updates.push(updates);
        for (const { name, status } of updates) this.events.push(`${name} ${Status[status]}`);
      }),
      streamLogs: take("streamLogs"),
      saveLogs: take("saveLogs"),
      heartbeat: take("heartbeat"),
      reportAgentError: take("reportAgentError", ({ message }) => void this.errors.push(message)),
      reportAgentWarning: take("reportAgentWarning", ({ message }) => void this.warnings.push(message)),
      reportAgentFinished: take("reportAgentFinished", (request) => void this.finished.push(request)),
      reportTerminalAttached: take("reportTerminalAttached"),
      reportTerminalLifecycle: take("reportTerminalLifecycle"),
      uploadArtifacts: take("uploadArtifacts"),
      reportAnnotations: take("reportAnnotations"),
      generateArtifactUploadURLs: take("generateArtifactUploadURLs"),
      commitUploadedArtifacts: take("commitUploadedArtifacts"),
      cacheInfo: take("cacheInfo"),
      deleteCache: take("deleteCache"),
      generateCacheDownloadURLs: take("generateCacheDownloadURLs"),
      generateCacheUploadURL: take("generateCacheUploadURL"),
      multipartCacheUploadCreate: take("multipartCacheUploadCreate"),
      multipartCacheUploadPart: take("multipartCacheUploadPart"),
      multipartCacheUploadCommit: take("multipartCacheUploadCommit"),
    });
  }
}

function unimplemented(): Promise<never> {
  return Promise.reject(new RpcError(Code.UNIMPLEMENTED, "This upstream keeps no such thing"));
}

function newStream(key: { commandName: string; raw: boolean }) {
  const parts: Uint8Array[] = [];
  return {
    commandName: key.commandName,
    raw: key.raw,
    parts,
    get chunks() {
      return parts.map((part) => part.length);
    },
    bytes: () => Buffer.concat(parts),
    text: () => Buffer.concat(parts).toString(),
  };
}
