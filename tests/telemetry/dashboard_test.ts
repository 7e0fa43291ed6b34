import assert from "node:assert/strict";
import { z } from "zod";
import { type Instrument, INSTRUMENTS } from "../../lib/telemetry/instruments.ts";
import { requireEngine } from "../helpers/require_engine.ts";
import { temporaryDirectory } from "../helpers/temporary_directory.ts";

const dashboard = z.object({
  panels: z.array(z.object({ targets: z.array(z.object({ expr: z.string() })) })),
}).parse(
  JSON.parse(Deno.readTextFileSync(new URL("../../scripts/grafana/worker.json", import.meta.url))),
);
const expressions = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

/** What Prometheus calls the series of an instrument. Source: OpenTelemetry's "Prometheus and OpenMetrics Compatibility". */
function series({ name, kind }: Instrument): readonly string[] {
  const base = name.replaceAll(/[^A-Za-z0-9_]/g, "_");
  switch (kind) {
    case "gauge":
      return [base];
    case "counter":
      return [base.endsWith("_total") ? base : `${base}_total`];
    case "histogram":
      return [`${base}_bucket`, `${base}_count`, `${base}_sum`];
  }
}

const known = new Map(
  Object.values<Instrument>(INSTRUMENTS).flatMap((instrument) =>
    series(instrument).map((name) => [name, instrument] as const)
  ),
);

Deno.test("the dashboard asks for no series that the worker does not have, nor by other attributes", () => {
  const ours = new Set(["instance", "le"]);
  for (const expression of expressions) {
    const names = expression.match(/org_cirruslabs_\w+/g) ?? [];
    assert.ok(names.length > 0, expression);
    for (const name of names) assert.ok(known.has(name), name);
    const attributes = new Set(
      names.flatMap((name) => known.get(name)?.attributes.map((a) => a.replaceAll(".", "_")) ?? []),
    );
    const grouped = [...expression.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = ""]) => list.split(/, */));
    for (const name of grouped) assert.ok(ours.has(name) || attributes.has(name), `${name} in ${expression}`);
  }
});

Deno.test("every metric of the worker is on the dashboard", () => {
  const shown = new Set(expressions.flatMap((expression) => expression.match(/org_cirruslabs_\w+/g) ?? []));
  const missing = Object.values<Instrument>(INSTRUMENTS).filter((instrument) =>
    !series(instrument).some((name) => shown.has(name))
  );
  assert.deepEqual(missing.map(({ name }) => name), []);
});

Deno.test({
  name: "Prometheus can read every expression of the dashboard",
  ...requireEngine("promtool"),
  async fn() {
    await using directory = await temporaryDirectory();
    const rules = `${directory.path}/rules.json`;
    const plain = expressions.map((expr) =>
      expr.replaceAll("$__rate_interval", "5m").replaceAll("$instance", ".*")
    );
    // YAML takes JSON for its own.
    await Deno.writeTextFile(
      rules,
      JSON.stringify({
        groups: [{ name: "g", rules: plain.map((expr, i) => ({ record: `r:${i}`, expr })) }],
      }),
    );
    const { code, stderr } = await new Deno.Command("promtool", { args: ["check", "rules", rules] }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
  },
});
