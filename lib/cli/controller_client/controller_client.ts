import type { z } from "zod";
import { Backoff } from "../../async/backoff.ts";
import { delay } from "../../async/delay.ts";
import {
  type ArtifactBody,
  type ArtifactFileBody,
  artifactFilePageSchema,
  artifactPageSchema,
  type BuildBody,
  buildEventSchema,
  type BuildPageBody,
  buildPageSchema,
  buildSchema,
  type CreatedBuildBody,
  createdBuildSchema,
  type NewBuildBody,
  type TaskWithWaitBody,
  taskWithWaitSchema,
  type WorkerBody,
  workerPageSchema,
} from "../../controller/api/schemas.ts";
import type { LogSlice } from "../../controller/logs/logs.ts";
import type { BuildEvent } from "../../controller/records.ts";
import { toBuildEvent } from "./build_event.ts";
import { ControllerError, UnreachableError } from "./controller_error.ts";
import { type ControllerAccess, HttpCaller, type HttpRequest } from "./http_caller.ts";
import { serverSentEvents } from "./server_sent_events.ts";

/** A stream of events that is silent for so long is opened again: nobody may be there any more. */
const IDLE_MS = 60_000;

/** How long to wait before a build is asked for once more, in milliseconds: a controller may be starting again. */
const SECOND_TRY_MS = 1_000;

/** For how long a build is followed whose controller cannot be reached. */
const AWAY_MS = 10 * 60_000;

/**
 * A controller, over its HTTP API. Every method rejects with a `ControllerError` for what the controller refused, with
 * an `UnreachableError` when it did not answer, and with the signal's reason.
 */
export class ControllerClient implements Disposable {
  readonly #http: HttpCaller;
  readonly #signal: AbortSignal;

  private constructor(http: HttpCaller, signal: AbortSignal) {
    this.#http = http;
    this.#signal = signal;
  }

  /** `signal` gives up all that the client does. */
  static async open(
    access: ControllerAccess,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<ControllerClient> {
    return new ControllerClient(await HttpCaller.open(access), signal);
  }

  /** Asks once more where no answer came: the key makes that the same build. */
  async createBuild(build: NewBuildBody): Promise<CreatedBuildBody> {
    const headers = { "idempotency-key": crypto.randomUUID() };
    const create = () =>
      this.#json({ method: "POST", path: "/v1/builds", body: build, headers }, createdBuildSchema);
    try {
      return await create();
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error;
      await delay(SECOND_TRY_MS, { signal: this.#signal });
      return await create();
    }
  }

  /** The last build first. */
  listBuilds(page: { readonly limit: number; readonly cursor?: string }): Promise<BuildPageBody> {
    const query = new URLSearchParams({
      limit: String(page.limit),
      ...page.cursor && { cursor: page.cursor },
    });
    return this.#json({ method: "GET", path: `/v1/builds?${query}` }, buildPageSchema);
  }

  findBuild(id: string): Promise<BuildBody> {
    return this.#json({ method: "GET", path: `/v1/builds/${encodeURIComponent(id)}` }, buildSchema);
  }

  cancelBuild(id: string, reason: string): Promise<BuildBody> {
    const path = `/v1/builds/${encodeURIComponent(id)}/cancel`;
    return this.#json({ method: "POST", path, body: { reason } }, buildSchema);
  }

  findTask(id: string): Promise<TaskWithWaitBody> {
    return this.#json({ method: "GET", path: `/v1/tasks/${encodeURIComponent(id)}` }, taskWithWaitSchema);
  }

  cancelTask(id: string, reason: string): Promise<TaskWithWaitBody> {
    const path = `/v1/tasks/${encodeURIComponent(id)}/cancel`;
    return this.#json({ method: "POST", path, body: { reason } }, taskWithWaitSchema);
  }

  /** Resolves with the task that runs in its place. */
  rerunTask(id: string): Promise<TaskWithWaitBody> {
    const path = `/v1/tasks/${encodeURIComponent(id)}/rerun`;
    return this.#json({ method: "POST", path, body: {} }, taskWithWaitSchema);
  }

  /** By task and name. */
  async listArtifacts(buildId: string): Promise<ArtifactBody[]> {
    const path = `/v1/builds/${encodeURIComponent(buildId)}/artifacts`;
    return (await this.#json({ method: "GET", path }, artifactPageSchema)).artifacts;
  }

  /** The files of one name, by path. */
  async *artifactFiles(buildId: string, name: string): AsyncGenerator<ArtifactFileBody> {
    const path = `/v1/builds/${encodeURIComponent(buildId)}/artifacts/${encodeURIComponent(name)}`;
    for (let query = "";;) {
      const page = await this.#json({ method: "GET", path: `${path}${query}` }, artifactFilePageSchema);
      yield* page.files;
      if (page.nextCursor === undefined) return;
      query = `?${new URLSearchParams({ cursor: page.nextCursor })}`;
    }
  }

  /** The content of a file, which its receiver reads to the end or cancels. */
  async readArtifact(
    buildId: string,
    file: { readonly name: string; readonly path: string },
  ): Promise<ReadableStream<Uint8Array>> {
    const segments = [buildId, file.name, ...file.path.split("/")].map(encodeURIComponent);
    const response = await this.#send({ method: "GET", path: `/v1/artifact/build/${segments.join("/")}` });
    return response.body ?? ReadableStream.from<Uint8Array>([]);
  }

  /** All workers that ever polled, by name. */
  async workers(): Promise<WorkerBody[]> {
    const workers: WorkerBody[] = [];
    for (let query = "";;) {
      const page = await this.#json({ method: "GET", path: `/v1/workers${query}` }, workerPageSchema);
      workers.push(...page.workers);
      if (page.nextCursor === undefined) return workers;
      query = `?${new URLSearchParams({ cursor: page.nextCursor })}`;
    }
  }

  /** Says whether a worker is given tasks. */
  async setWorkerDisabled(name: string, disabled: boolean): Promise<void> {
    const path = `/v1/workers/${encodeURIComponent(name)}/${disabled ? "disable" : "enable"}`;
    await this.#discard({ method: "POST", path, body: {} });
  }

  /** Forgets a worker that is away and has no task. */
  async deleteWorker(name: string): Promise<void> {
    await this.#discard({ method: "DELETE", path: `/v1/workers/${encodeURIComponent(name)}` });
  }

  /** A part of a command's log: fewer bytes where it ends. Undefined when there is no such log. */
  async readLog(
    log: { readonly taskId: string; readonly command: string },
    part: { readonly offset: number; readonly length: number },
  ): Promise<LogSlice | undefined> {
    const path = `/v1/task/${encodeURIComponent(log.taskId)}/logs/${encodeURIComponent(log.command)}.log`;
    const range = `bytes=${part.offset}-${part.offset + part.length - 1}`;
    try {
      const response = await this.#send({ method: "GET", path, headers: { range } });
      const bytes = await response.bytes().catch((cause) => {
        this.#signal.throwIfAborted();
        throw new UnreachableError("The connection to the controller was lost", { cause });
      });
      const size = Number(/\/(\d+)$/.exec(response.headers.get("content-range") ?? "")?.[1]);
      return { bytes, size: Number.isNaN(size) ? part.offset + bytes.length : size };
    } catch (error) {
      if (!(error instanceof ControllerError)) throw error;
      if (error.code === "range_not_satisfiable") return { bytes: new Uint8Array(), size: part.offset };
      if (error.code === "not_found") return undefined;
      throw error;
    }
  }

  /**
   * What happened to a build from its beginning, then what happens, until it has ended. A connection that is lost is made
   * again, and nothing is told twice; `onAway` is told when it cannot be made for now.
   */
  async *watchBuild(
    id: string,
    options: { readonly signal: AbortSignal; readonly onAway?: (error: Error) => void },
  ): AsyncGenerator<BuildEvent> {
    const backoff = new Backoff({ initialMs: 500, maxMs: 10_000 });
    const signal = AbortSignal.any([this.#signal, options.signal]);
    let after = 0;
    let reachedAt = performance.now();
    for (;;) {
      try {
        const stream = await this.#eventStream(id, { after, signal });
        if (stream === undefined) return;
        for await (const event of this.#events(stream)) {
          backoff.reset();
          reachedAt = performance.now();
          if (event.kind !== "log") after = event.seq;
          yield event;
          if (event.kind === "build" && event.status !== "executing") return;
        }
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof UnreachableError) || performance.now() - reachedAt > AWAY_MS) throw error;
        options.onAway?.(error);
      }
      await delay(backoff.next(), { signal });
    }
  }

  [Symbol.dispose](): void {
    this.#http[Symbol.dispose]();
  }

  /** What comes after an event; undefined where nothing does, as the build has ended. */
  async #eventStream(
    id: string,
    { after, signal }: { readonly after: number; readonly signal: AbortSignal },
  ): Promise<ReadableStream<Uint8Array> | undefined> {
    const { body } = await this.#http.send({
      method: "GET",
      path: `/v1/builds/${encodeURIComponent(id)}/events`,
      headers: { accept: "text/event-stream", ...after > 0 && { "last-event-id": String(after) } },
      signal,
    });
    return body ?? undefined;
  }

  async *#events(stream: ReadableStream<Uint8Array>): AsyncGenerator<BuildEvent> {
    const events = serverSentEvents(stream, { idleMs: IDLE_MS });
    try {
      for (;;) {
        const { value, done } = await events.next().catch((cause) => {
          throw new UnreachableError("The connection to the controller was lost", { cause });
        });
        if (done) return;
        yield toBuildEvent(buildEventSchema.parse(JSON.parse(value)));
      }
    } finally {
      await events.return(undefined);
    }
  }

  #send(request: Omit<HttpRequest, "signal">): Promise<Response> {
    return this.#http.send({ ...request, signal: this.#signal });
  }

  async #discard(request: Omit<HttpRequest, "signal">): Promise<void> {
    await (await this.#send(request)).body?.cancel();
  }

  async #json<T>(request: Omit<HttpRequest, "signal">, schema: z.ZodType<T>): Promise<T> {
    const response = await this.#send(request);
    const answer = schema.safeParse(await response.json().catch(() => undefined));
    if (answer.success) return answer.data;
    throw new UnreachableError(
      `Cannot understand the controller at ${this.#http.endpoint}: its answer to ${request.method} ${request.path} ` +
        "is not as this version of cirrus expects it; use the same version on both ends",
      { cause: answer.error },
    );
  }
}
