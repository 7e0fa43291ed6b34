import { Buffer } from "node:buffer";
import type { FakeCi } from "./upstream_ci.ts";

/** What tasks uploaded to an upstream, by URL or in a stream. */
export class FakeArtifacts implements AsyncDisposable {
  /** The files by their path, as the last upload has them. */
  readonly files = new Map<string, Uint8Array>();
  /** `generate 100`, `commit 250`, `stream 3`: each call and how many files it was about. */
  readonly calls: string[] = [];
  /** Name, type and format of the last upload. */
  described: readonly string[] = [];
  /** The sizes of the chunks of streams. */
  readonly chunks: number[] = [];
  /** Answers in place of the store; undefined lets the store answer. */
  misbehave: (request: Request) => Response | undefined = () => undefined;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  private constructor(
    server: (answer: (request: Request) => Promise<Response>) => Deno.HttpServer<Deno.NetAddr>,
  ) {
    this.#server = server((request) => this.#answer(request));
  }

  /** Makes `upstream` give out URLs. */
  static byUrl(upstream: FakeCi): FakeArtifacts {
    const artifacts = FakeArtifacts.#start();
    upstream.answers.generateArtifactUploadURLs = ({ files }) => {
      artifacts.calls.push(`generate ${files.length}`);
      const origin = `http://127.0.0.1:${artifacts.#server.addr.port}`;
      const urls = files.map(({ path }) => ({
        url: `${origin}/${encodeURIComponent(path)}?signature=secret-of-the-url`,
        headers: { "x-kind": "artifact" },
      }));
      return Promise.resolve({ urls });
    };
    upstream.answers.commitUploadedArtifacts = ({ name, type, format, files }) => {
      artifacts.calls.push(`commit ${files.length}`);
      artifacts.described = [name, type, format];
      return Promise.resolve({});
    };
    return artifacts;
  }

  /** Makes `upstream` take streams. */
  static byStream(upstream: FakeCi): FakeArtifacts {
    const artifacts = FakeArtifacts.#start();
    upstream.answers.uploadArtifacts = async (entries) => {
      const pieces = new Map<string, Uint8Array[]>();
      for await (const { value } of entries) {
        if (value.case === "artifactsUpload") {
          artifacts.described = [value.value.name, value.value.type, value.value.format];
        } else if (value.case === "chunk") {
          const { artifactPath, data } = value.value;
          artifacts.chunks.push(data.length);
          pieces.set(artifactPath, [...pieces.get(artifactPath) ?? [], data]);
        }
      }
      for (const [path, data] of pieces) artifacts.files.set(path, Buffer.concat(data));
      artifacts.calls.push(`stream ${pieces.size}`);
      return { bytesSaved: 0n };
    };
    return artifacts;
  }

  text(path: string): string {
    return new TextDecoder().decode(this.files.get(path));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  static #start(): FakeArtifacts {
    return new FakeArtifacts((answer) =>
      Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, answer)
    );
  }

  async #answer(request: Request): Promise<Response> {
    const instead = this.misbehave(request);
    if (instead) return instead;
    // An agent that finds that it cannot send all breaks off.
    const body = await request.bytes().catch(() => undefined);
    if (body === undefined) return new Response(null, { status: 400 });
    const wrong = request.headers.get("x-kind") !== "artifact" ||
      request.headers.get("content-length") !== String(body.length);
    if (wrong) return new Response(null, { status: 400 });
    this.files.set(decodeURIComponent(new URL(request.url).pathname.slice(1)), body);
    return new Response();
  }
}
