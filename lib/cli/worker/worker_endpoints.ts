import type { WorkerConfig } from "../../config/worker/worker_config.ts";
import { errorMessage } from "../../diagnostics/error_message.ts";
import type { Logger } from "../../logging/logger.ts";
import { ENGINE_VARIABLE } from "../../machine/container/find_engine.ts";
import { checkReadiness } from "../../worker/health/check_readiness.ts";
import type { Worker } from "../../worker/worker.ts";
import { HttpServer } from "../http_server.ts";
import type { Io } from "../io.ts";
import type { WorkerTelemetry } from "./worker_telemetry.ts";

export interface WorkerEndpointsOptions {
  readonly config: WorkerConfig;
  readonly worker: Worker;
  readonly telemetry: WorkerTelemetry;
  /** Folders whose disks have to have room. */
  readonly folders: readonly string[];
  readonly io: Pick<Io, "environment">;
  readonly logger: Logger;
}

/** Opens what `telemetry` and `health` ask for. Rejects, with nothing left open, with which address cannot be had and why. */
export async function openWorkerEndpoints(options: WorkerEndpointsOptions): Promise<AsyncDisposable> {
  const { config: { telemetry: asked, health }, telemetry, logger } = options;
  await using servers = new AsyncDisposableStack();
  const open = (address: { hostname: string; port: number }, routes: Routes) => {
    const server = servers.use(
      new HttpServer({ address, certificate: undefined, fetch: serve(routes), refusal, logger }),
    );
    for (const path of Object.keys(routes)) logger.info(`${path.slice(1)} is at ${server.endpoint}${path}`);
  };
  if (asked) {
    open(asked.metrics.listen, {
      "/metrics": async () =>
        new Response(await telemetry.prometheusText(), { headers: { "content-type": PROMETHEUS_TEXT } }),
    });
  }
  if (health) {
    open(health.listen, {
      "/livez": () => Promise.resolve(Response.json({ status: "live" })),
      "/readyz": () => answerReadiness(options),
    });
  }
  return servers.move();
}

/** Source: Prometheus' "Exposition formats". */
const PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

type Routes = Readonly<Record<string, () => Promise<Response>>>;

function serve(routes: Routes): (request: Request) => Promise<Response> {
  return async (request) => {
    const answer = routes[new URL(request.url).pathname];
    const problem = (status: number, error: string) => Response.json({ error }, { status });
    if (!answer) return problem(404, `Nothing is here; known are ${Object.keys(routes).join(" and ")}`);
    if (request.method !== "GET" && request.method !== "HEAD") return problem(405, "Only GET is answered");
    try {
      return await answer();
    } catch (error) {
      return problem(503, errorMessage(error));
    }
  };
}

function refusal(): Response {
  return Response.json({ error: "The worker ends, or could not answer; its log says more" }, { status: 503 });
}

async function answerReadiness(options: WorkerEndpointsOptions): Promise<Response> {
  const { worker, folders } = options;
  const checks = await checkReadiness({
    upstreams: worker.figures.upstreams,
    draining: worker.figures.draining,
    folders,
    ...mayNeedContainers(options) && { engine: describeEngine },
    now: new Date(),
  });
  const ready = checks.every(({ ok }) => ok);
  return Response.json({ status: ready ? "ready" : "not ready", checks }, { status: ready ? 200 : 503 });
}

/** Whether the worker's settings say that tasks need containers, rather than only letting them. */
function mayNeedContainers({ config, io }: WorkerEndpointsOptions): boolean {
  const allowed = config.security?.["allowed-isolations"];
  return allowed?.container !== undefined || Boolean(io.environment.get(ENGINE_VARIABLE));
}

async function describeEngine(): Promise<string> {
  const { findEngine } = await import("../../machine/container/find_engine.ts");
  const engine = await findEngine();
  // It is found once; whether it still works is asked each time.
  await engine.ask("Looking whether the container engine works", ["ps", "--quiet", "--last=1"]);
  return `${engine.name} works`;
}
