/** How an instrument is read: a gauge is asked for its value, the others are told of events. */
export type InstrumentKind = "gauge" | "counter" | "histogram";

/** One metric of a worker. */
export interface Instrument {
  readonly name: string;
  readonly kind: InstrumentKind;
  /** By UCUM, as OpenTelemetry's conventions ask; empty where the Go worker has none. */
  readonly unit: string;
  readonly number: "int" | "double";
  readonly attributes: readonly string[];
  readonly description: string;
}

/** The prefix that dashboards of the Go worker know. */
export const SCOPE = "org.cirruslabs.persistent_worker";

const INSTANCE = ["image", "instance_type", "instance_cpus"] as const;

/** Every metric of a worker. The first seven are the Go worker's; the rest is ours. */
export const INSTRUMENTS = {
  runningTasks: gauge("tasks.running_count", "Tasks that run now"),
  tasks: counter("tasks.count", "Tasks that were started"),
  unusedResources: gauge("resources.unused_count", "Resources that no task uses", {
    number: "double",
    attributes: ["name"],
  }),
  usedResources: gauge("resources.used_count", "Resources that tasks use", {
    number: "double",
    attributes: ["name"],
  }),
  images: counter("images.total", "Places prepared for tasks, by what they are made from", {
    attributes: INSTANCE,
  }),
  standbyHits: counter("standby.hit", "Tasks that took the standby instance", { attributes: INSTANCE }),
  standbyMisses: counter("standby.miss", "Tasks that the standby instance did not fit", {
    attributes: INSTANCE,
  }),
  taskDuration: histogram("task.duration", "From a task's assignment until it reached a phase", {
    attributes: ["phase", "isolation"],
  }),
  taskFailures: counter("task.failures", "Tasks that failed although none of their scripts did", {
    attributes: ["cause", "isolation"],
    unit: "{task}",
  }),
  registrations: counter("registrations", "Registrations with an upstream", {
    attributes: ["upstream"],
    unit: "{registration}",
  }),
  pollDuration: histogram("poll.duration", "How long an upstream took to answer a poll, or to fail", {
    attributes: ["upstream", "error.type"],
  }),
  logBytes: counter("log.io", "Bytes of logs that tasks have written", { unit: "By" }),
  spool: gauge("log.spool.usage", "Bytes of logs that are not delivered yet", { unit: "By" }),
  imagePullDuration: histogram("image.pull.duration", "How long pulling an image took", {
    attributes: ["image", "instance_type", "outcome"],
  }),
  standbyAge: gauge("standby.age", "How long the standby instance has been ready", {
    unit: "s",
    number: "double",
  }),
  standbyBootDuration: histogram("standby.boot.duration", "How long a standby instance took to be ready"),
  leftovers: counter("leftovers.removed", "What killed workers left behind and this one has removed", {
    attributes: ["resource"],
    unit: "{resource}",
  }),
  build: gauge("build.info", "Always 1; its attributes say which program this is", {
    unit: "1",
    attributes: ["version", "deno.version", "os.type", "host.arch"],
  }),
} as const satisfies Readonly<Record<string, Instrument>>;

type Details = Partial<Pick<Instrument, "unit" | "number" | "attributes">>;

function instrument(kind: InstrumentKind, name: string, description: string, details: Details): Instrument {
  return { name: `${SCOPE}.${name}`, kind, description, unit: "", number: "int", attributes: [], ...details };
}

function gauge(name: string, description: string, details: Details = {}): Instrument {
  return instrument("gauge", name, description, details);
}

function counter(name: string, description: string, details: Details = {}): Instrument {
  return instrument("counter", name, description, details);
}

function histogram(name: string, description: string, details: Details = {}): Instrument {
  return instrument("histogram", name, description, { unit: "s", number: "double", ...details });
}
