import { Counter } from "../metrics/counter.ts";
import { Histogram } from "../metrics/histogram.ts";
import type { MetricFamily } from "../metrics/metric_family.ts";
import type { RouteDescription } from "./route.ts";

/** What the API counts of the requests that it answers. */
export class HttpMetrics {
  readonly #requests = new Counter("cirrus_http_requests_total", "Requests over HTTP, by route and status");
  readonly #duration = new Histogram("cirrus_http_request_duration_seconds", {
    help: "How long until an answer over HTTP began, by route",
    bounds: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
  });

  /** A request to a route, or to none there is, was answered. */
  answered(
    route: RouteDescription | undefined,
    { status, seconds }: { status: number; seconds: number },
  ): void {
    const labels = { route: route ? `${route.method} ${route.path}` : "other" };
    this.#requests.add(1, { ...labels, status: String(status) });
    this.#duration.observe(seconds, labels);
  }

  families(): MetricFamily[] {
    return [this.#requests.family(), this.#duration.family()];
  }
}
