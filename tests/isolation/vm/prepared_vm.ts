import assert from "node:assert/strict";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import type { OwnedResource } from "../../../lib/isolation/isolation.ts";
import { isolationFor, type IsolationOptions } from "../../../lib/isolation/registry.ts";
import { ImagePuller } from "../../../lib/isolation/vm/image_puller.ts";
import type { TartOptions } from "../../../lib/isolation/tart/tart_options.ts";
import type { VetuOptions } from "../../../lib/isolation/vetu/vetu_options.ts";
import type { Machine } from "../../../lib/machine/machine.ts";
import { IsolationSchema } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { FakeProgram } from "../../fakes/vm_program/fake_program.ts";
import { recordingLedger } from "../recording_ledger.ts";

type Type = MessageInitShape<typeof IsolationSchema>["type"];

export interface PrepareOptions {
  readonly signal?: AbortSignal;
  readonly tart?: Partial<TartOptions>;
  readonly vetu?: Partial<VetuOptions>;
}

/** One place for tasks on a host with a fake program, as a worker prepares it, and what is left of it. */
export class VmPlace {
  readonly progress: string[] = [];
  readonly log: string[] = [];
  readonly #program: FakeProgram;
  readonly #ledger = recordingLedger();

  constructor(program: FakeProgram) {
    this.#program = program;
  }

  /** Prepares a machine for task 42. `admin` logs in with `admin` unless the message says otherwise. */
  async prepare(type: Type, options: PrepareOptions = {}): Promise<Machine> {
    const shared = { environment: new Map(Object.entries(Deno.env.toObject())), images: new ImagePuller() };
    const isolations: IsolationOptions = {
      none: { environment: new Map() },
      tart: { ...shared, ...options.tart },
      vetu: { ...shared, ...options.vetu },
    };
    const { signal = new AbortController().signal } = options;
    return await isolationFor(create(IsolationSchema, type && { type }), isolations).prepare({
      taskId: "42",
      progress: (line) => this.progress.push(line),
      log: (line) => this.log.push(line),
      signal,
      ledger: this.#ledger.ledger,
      traceEnvironment: new Map([["TRACEPARENT", "00-trace"], ["TRACESTATE", "vendor=1"]]),
    });
  }

  /** The name of the only VM. */
  get name(): string {
    const [name, ...others] = this.#program.home.vmNames();
    assert.ok(name !== undefined && others.length === 0);
    return name;
  }

  /** What the next start would have to remove now. */
  get claimed(): OwnedResource[] {
    return this.#ledger.claimed();
  }

  /** Fails when anything is left on the host. */
  assertNothingLeft(): void {
    assert.deepEqual(this.#program.home.vmNames(), []);
    assert.deepEqual(this.#ledger.claimed(), []);
  }
}

/** A machine of Tart as a task asks for it. */
export function tart(value: Extract<Type, { case: "tart" }>["value"] = {}): Type {
  return { case: "tart", value: { user: "admin", password: "admin", ...value } };
}

/** A machine of Vetu as a task asks for it. */
export function vetu(value: Extract<Type, { case: "vetu" }>["value"] = {}): Type {
  return { case: "vetu", value: { user: "admin", password: "admin", ...value } };
}

/** Runs a script in a machine and resolves with what it printed and how it ended. */
export async function run(machine: Machine, script: string, signal = new AbortController().signal) {
  const process = await machine.spawn({
    argv: ["/bin/sh", "-c", script],
    environment: machine.environment,
    workingDirectory: "/tmp",
  }, { signal });
  const output = (await new Response(process.output).text()).trim();
  return { output, status: await process.status };
}
