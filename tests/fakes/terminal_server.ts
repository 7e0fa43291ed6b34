import { Buffer } from "node:buffer";
import { create, type DescMethod, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { withGrace } from "../../lib/async/grace.ts";
import { grpc } from "../../lib/rpc/grpc.ts";
import {
  type HostControlRequest,
  type HostControlResponseSchema,
  type HostDataRequest,
  type HostDataResponseSchema,
  HostService,
  type TerminalDimensionsSchema,
} from "../../proto/gen/terminal_pb.ts";

/** How long a test waits before it fails. */
const WAIT_MS = 20_000;

type Dimensions = MessageInitShape<typeof TerminalDimensionsSchema>;
type Control = grpc.ServerDuplexStream<
  HostControlRequest,
  MessageInitShape<typeof HostControlResponseSchema>
>;
type DataChannel = grpc.ServerDuplexStream<HostDataRequest, MessageInitShape<typeof HostDataResponseSchema>>;

/** A shell, as the person sees it who opened it. */
export class GuestShell {
  /** What it has printed. */
  text = "";
  /** Resolves when the other side has closed it. */
  readonly closed: Promise<void>;
  readonly #channel: DataChannel;
  readonly #printed = new EventTarget();

  constructor(channel: DataChannel) {
    this.#channel = channel;
    channel.on("data", ({ operation }: HostDataRequest) => {
      if (operation.case !== "output") return;
      this.text += new TextDecoder().decode(operation.value.data);
      this.#printed.dispatchEvent(new Event("printed"));
    });
    channel.on("error", () => {});
    this.closed = new Promise((resolve) => {
      for (const event of ["end", "close", "cancelled"]) channel.on(event, () => resolve());
    });
  }

  type(text: string): void {
    this.#send({ case: "input", value: { data: new TextEncoder().encode(text) } });
  }

  resize(dimensions: Dimensions): void {
    this.#send({ case: "changeDimensions", value: dimensions });
  }

  /** Goes away. */
  leave(): void {
    this.#channel.end();
  }

  /** Resolves when it has printed what matches. */
  async prints(pattern: RegExp): Promise<void> {
    await withGrace(`waiting for ${pattern}`, WAIT_MS, async () => {
      while (!pattern.test(this.text)) {
        await new Promise((resolve) => this.#printed.addEventListener("printed", resolve, { once: true }));
      }
    });
  }

  #send(operation: Exclude<MessageInitShape<typeof HostDataResponseSchema>["operation"], undefined>): void {
    this.#channel.write({ operation });
  }
}

/** A terminal server as machines see it, on a real socket. */
export class FakeTerminalServer implements AsyncDisposable {
  readonly endpoint: string;
  /** The secrets of the machines that came, in their order. */
  readonly secrets: string[] = [];
  /** Refuses the next so many machines. */
  refusals = 0;
  readonly #server: grpc.Server;
  readonly #controls: Control[] = [];
  readonly #waiting = new Map<string, (channel: DataChannel) => void>();

  private constructor(server: grpc.Server, port: number) {
    this.#server = server;
    this.endpoint = `http://127.0.0.1:${port}`;
  }

  static async start(): Promise<FakeTerminalServer> {
    const server = new grpc.Server();
    const port = await new Promise<number>((resolve, reject) => {
      const credentials = grpc.ServerCredentials.createInsecure();
      server.bindAsync("127.0.0.1:0", credentials, (error, port) => error ? reject(error) : resolve(port));
    });
    const fake = new FakeTerminalServer(server, port);
    const { controlChannel, dataChannel } = HostService.method;
    server.addService({ control: define(controlChannel), data: define(dataChannel) }, {
      control: (call: Control) => fake.#control(call),
      data: (call: DataChannel) => fake.#data(call),
    });
    return fake;
  }

  /** Opens a shell on the machine that came last. */
  async open(dimensions: Dimensions): Promise<GuestShell> {
    const token = crypto.randomUUID();
    return await withGrace("waiting for a data channel", WAIT_MS, () =>
      new Promise((resolve) => {
        this.#waiting.set(token, (channel) => resolve(new GuestShell(channel)));
        const value = { token, requestedDimensions: dimensions };
        this.#controls.at(-1)?.write({ operation: { case: "dataChannelRequest", value } });
      }));
  }

  /** Loses the machine that came last. */
  drop(): void {
    this.#controls.at(-1)?.end();
  }

  #control(call: Control): void {
    call.on("error", () => {});
    call.on("end", () => call.end());
    call.on("data", ({ operation }: HostControlRequest) => {
      if (operation.case !== "hello") return;
      if (this.refusals > 0) {
        this.refusals--;
        call.emit("error", { code: grpc.status.UNAVAILABLE, details: "as the test asked" });
        return;
      }
      this.secrets.push(operation.value.trustedSecret);
      this.#controls.push(call);
      call.write({ operation: { case: "hello", value: { locator: `locator-${this.secrets.length}` } } });
    });
  }

  #data(call: DataChannel): void {
    call.on("error", () => {});
    call.on("end", () => call.end());
    call.once("data", ({ operation }: HostDataRequest) => {
      if (operation.case === "hello") this.#waiting.get(operation.value.token)?.(call);
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#server.forceShutdown();
    return Promise.resolve();
  }
}

function define(method: DescMethod): grpc.MethodDefinition<unknown, MessageInitShape<DescMethod["output"]>> {
  return {
    path: `/${method.parent.typeName}/${method.name}`,
    requestStream: true,
    responseStream: true,
    requestSerialize: () => Buffer.alloc(0),
    requestDeserialize: (bytes) => fromBinary(method.input, new Uint8Array(bytes)),
    responseSerialize: (response) => Buffer.from(toBinary(method.output, create(method.output, response))),
    responseDeserialize: (bytes) => fromBinary(method.output, new Uint8Array(bytes)),
  };
}
