import { within } from "../../../async/within.ts";
import { errorMessage } from "../../../diagnostics/error_message.ts";
import type { Controller } from "../../controller.ts";
import { PROMETHEUS_TYPE, prometheusText } from "../../metrics/prometheus_text.ts";
import type { MetricFamily } from "../../metrics/metric_family.ts";
import { ApiError } from "../api_error.ts";
import { nothing, type Route, route } from "../route.ts";

/** How long the store may take to answer, in milliseconds. */
const STORE_MS = 5_000;

async function ready(controller: Controller): Promise<void> {
  const fail = (why: string) => {
    throw new ApiError(
      "unavailable",
      `Asking the store: ${why}; the controller's log and its disk may say more`,
    );
  };
  const checked = controller.checkReady().catch((error) => fail(errorMessage(error)));
  if (!await within(checked, STORE_MS)) fail(`it did not answer within ${STORE_MS / 1_000} s`);
}

/** How the controller is, for whoever looks after it; these need no token and tell of nobody's work. */
export function healthRoutes(controller: Controller, http: { families(): MetricFamily[] }): Route[] {
  const probe = (path: string, definition: { summary: string; check: () => Promise<void> }) =>
    route({
      method: "GET",
      path,
      summary: definition.summary,
      open: true,
      query: nothing,
      body: nothing,
      answers: { 200: { description: "It is so: ok", mediaType: "text/plain" } },
      handle: async () => {
        await definition.check();
        return new Response("ok\n");
      },
    });
  return [
    probe("/livez", { summary: "Whether the controller runs", check: () => Promise.resolve() }),
    probe("/readyz", {
      summary: "Whether the controller can take builds and reach its store",
      check: () => ready(controller),
    }),
    route({
      method: "GET",
      path: "/metrics",
      summary: "Figures for Prometheus",
      open: true,
      query: nothing,
      body: nothing,
      answers: { 200: { description: "Prometheus's text format 0.0.4", mediaType: "text/plain" } },
      handle: async () => {
        const families = [...await controller.metrics(), ...http.families()];
        return new Response(prometheusText(families), { headers: { "content-type": PROMETHEUS_TYPE } });
      },
    }),
  ];
}
