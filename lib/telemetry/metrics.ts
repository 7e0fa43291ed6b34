import { type Attributes, type Meter, type MetricOptions, ValueType } from "@opentelemetry/api";
import { type Instrument, INSTRUMENTS } from "./instruments.ts";
import type { Observe, ObservedInstance } from "./telemetry_event.ts";

/** Where gauges get their values; each is asked at every export. */
export interface GaugeSources {
  readonly runningTasks: () => number;
  readonly resources: () => Iterable<
    { readonly name: string; readonly used: number; readonly total: number }
  >;
  /** Seconds; undefined while there is no standby instance. */
  readonly standbyAge: () => number | undefined;
  /** The attributes of `build.info`. */
  readonly build: Attributes;
}

/** From a tenth of a second, a warm start, to four hours, a long build. */
const SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400];

/**
 * Makes the instruments of a worker: the gauges ask their sources, everything else is told by the observer that this
 * returns.
 */
export function createMetrics(meter: Meter, sources: GaugeSources): Observe {
  let spooledBytes = 0;
  observeGauges(meter, sources, () => spooledBytes);
  const counter = (instrument: Instrument) => {
    const counter = meter.createCounter(instrument.name, optionsOf(instrument));
    return (value: number, attributes?: Attributes) => counter.add(value, attributes);
  };
  const histogram = (instrument: Instrument) => {
    const advice = { explicitBucketBoundaries: SECONDS };
    const histogram = meter.createHistogram(instrument.name, { ...optionsOf(instrument), advice });
    return (value: number, attributes?: Attributes) => histogram.record(value, attributes);
  };
  const tasks = counter(INSTRUMENTS.tasks);
  const images = counter(INSTRUMENTS.images);
  const standbyHits = counter(INSTRUMENTS.standbyHits);
  const standbyMisses = counter(INSTRUMENTS.standbyMisses);
  const taskFailures = counter(INSTRUMENTS.taskFailures);
  const registrations = counter(INSTRUMENTS.registrations);
  const logBytes = counter(INSTRUMENTS.logBytes);
  const leftovers = counter(INSTRUMENTS.leftovers);
  const taskDuration = histogram(INSTRUMENTS.taskDuration);
  const pollDuration = histogram(INSTRUMENTS.pollDuration);
  const imagePullDuration = histogram(INSTRUMENTS.imagePullDuration);
  const standbyBootDuration = histogram(INSTRUMENTS.standbyBootDuration);
  return (event) => {
    switch (event.kind) {
      case "task assigned":
        return tasks(1);
      case "task reached":
        return taskDuration(event.seconds, { phase: event.phase, isolation: event.isolation });
      case "task failed":
        return taskFailures(1, { cause: event.cause, isolation: event.isolation });
      case "registered":
        return registrations(1, { upstream: event.upstream });
      case "polled":
        return pollDuration(event.seconds, {
          upstream: event.upstream,
          ...(event.failure === undefined ? {} : { "error.type": event.failure }),
        });
      case "log kept":
        spooledBytes += event.bytes;
        return logBytes(event.bytes);
      case "log forgotten":
        spooledBytes -= event.bytes;
        return;
      case "image used":
        return images(1, instanceAttributes(event.instance));
      case "image pulled":
        return imagePullDuration(event.seconds, {
          image: event.image,
          instance_type: event.type,
          outcome: event.failed ? "failure" : "success",
        });
      case "standby taken":
        return (event.hit ? standbyHits : standbyMisses)(1, instanceAttributes(event.instance));
      case "standby booted":
        return standbyBootDuration(event.seconds);
      case "leftover removed":
        return leftovers(1, { resource: event.resource });
    }
  };
}

function observeGauges(meter: Meter, sources: GaugeSources, spooledBytes: () => number): void {
  const gauge = (
    instrument: Instrument,
    callback: (observe: (value: number, attributes?: Attributes) => void) => void,
  ) =>
    meter.createObservableGauge(instrument.name, optionsOf(instrument)).addCallback((result) =>
      callback((value, attributes) => result.observe(value, attributes))
    );
  gauge(INSTRUMENTS.runningTasks, (observe) => observe(sources.runningTasks()));
  gauge(INSTRUMENTS.unusedResources, (observe) => {
    for (const { name, used, total } of sources.resources()) observe(total - used, { name });
  });
  gauge(INSTRUMENTS.usedResources, (observe) => {
    for (const { name, used } of sources.resources()) observe(used, { name });
  });
  gauge(INSTRUMENTS.spool, (observe) => observe(spooledBytes()));
  gauge(INSTRUMENTS.standbyAge, (observe) => {
    const age = sources.standbyAge();
    if (age !== undefined) observe(age);
  });
  gauge(INSTRUMENTS.build, (observe) => observe(1, sources.build));
}

function optionsOf({ description, unit, number }: Instrument): MetricOptions {
  return { description, unit, valueType: number === "int" ? ValueType.INT : ValueType.DOUBLE };
}

/** The attributes that the Go worker gives its images. */
function instanceAttributes({ image, type, cpus }: ObservedInstance): Attributes {
  return { image, instance_type: type, instance_cpus: cpus };
}
