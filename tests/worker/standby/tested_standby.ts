import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { Backoff } from "../../../lib/async/backoff.ts";
import { NoneIsolation } from "../../../lib/isolation/none.ts";
import type { Machine } from "../../../lib/machine/machine.ts";
import type { Resources } from "../../../lib/worker/resources.ts";
import { Standby, type StandbyOutcome, type WarmMachine } from "../../../lib/worker/standby/standby.ts";
import {
  type Isolation,
  IsolationSchema,
  type StandbyInstanceParameters,
  StandbyInstanceParametersSchema,
} from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { recordingLedger } from "../../isolation/recording_ledger.ts";
import { RecordingLogger } from "../recording_logger.ts";

/** A machine of Tart with this image. */
export function tart(image: string): Isolation {
  return create(IsolationSchema, { type: { case: "tart", value: { image } } });
}

export function parameters(
  image: string,
  more: MessageInitShape<typeof StandbyInstanceParametersSchema> = {},
): StandbyInstanceParameters {
  return create(StandbyInstanceParametersSchema, { isolation: tart(image), ...more });
}

/** What a test does when an instance is to be made. */
type Preparation = (signal: AbortSignal) => Promise<void>;

/** A standby whose machines are places on this host, each made when the test lets it. */
export class TestedStandby implements AsyncDisposable {
  readonly log = new RecordingLogger();
  readonly outcomes: StandbyOutcome[] = [];
  /** The images of the machines that were to be made, in order. */
  readonly asked: string[] = [];
  readonly standby: Standby;
  room = true;
  suits: WarmMachine["suits"] = () => true;
  /** Waited for before each machine is made; its rejection is why there is none. */
  preparation: Preparation = () => Promise.resolve();
  readonly #ledger = recordingLedger();
  readonly #lost = new Map<Machine, AbortController>();

  constructor(wanted?: StandbyInstanceParameters) {
    this.standby = new Standby({
      parameters: wanted,
      prepare: (parameters, signal) => this.#prepare(parameters, signal),
      hasRoom: () => this.room,
      onOutcome: (outcome) => this.outcomes.push(outcome),
      backoff: new Backoff({ initialMs: 1, maxMs: 1 }),
      logger: this.log,
    });
    this.standby.reconsider();
  }

  /** What a task does that asks for this. */
  take(isolation: Isolation | undefined, resources: Resources = {}): Promise<Machine | undefined> {
    return this.standby.take({ isolation, resources });
  }

  /** How many machines there are. */
  get machines(): number {
    return this.#ledger.claimed().filter(({ kind }) => kind === "processes").length;
  }

  /** Takes the machine that was made last away, unseen. */
  async stopAnswering(): Promise<void> {
    await [...this.#lost.keys()].at(-1)?.[Symbol.asyncDispose]();
  }

  /** Breaks the machine that was made last. */
  lose(reason: Error): void {
    [...this.#lost.values()].at(-1)?.abort(reason);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.standby.close();
  }

  async #prepare({ isolation }: StandbyInstanceParameters, signal: AbortSignal): Promise<WarmMachine> {
    if (isolation?.type.case === "tart") this.asked.push(isolation.type.value.image);
    await this.preparation(signal);
    const machine = await new NoneIsolation({ environment: new Map([["PATH", "/usr/bin:/bin"]]) }).prepare({
      taskId: "standby",
      progress: () => {},
      signal: new AbortController().signal,
      ledger: this.#ledger.ledger,
    });
    const lost = new AbortController();
    this.#lost.set(machine, lost);
    return { machine: Object.assign(machine, { lost: lost.signal }), suits: this.suits };
  }
}
