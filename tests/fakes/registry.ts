import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";

const MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";

interface Blob {
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A registry of container images on the loopback, without TLS, as engines read it: the distribution specification. */
export class Registry implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #blobs = new Map<string, Blob>();
  #manifest: Blob = { type: MANIFEST, bytes: new Uint8Array() };
  /** How often its image was asked for. */
  pulls = 0;

  constructor() {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => this.#answer(request),
    );
  }

  /** The name of its only image. */
  get image(): string {
    return `${this.address}/test:1`;
  }

  /** Host and port. */
  get address(): string {
    return `127.0.0.1:${this.#server.addr.port}`;
  }

  /** Makes its image one of these files, with these variables. */
  publish(tar: Uint8Array, environment: readonly string[]): void {
    const layer = {
      type: "application/vnd.docker.image.rootfs.diff.tar.gzip",
      bytes: Uint8Array.from(gzipSync(tar)),
    };
    const config = {
      type: "application/vnd.docker.container.image.v1+json",
      bytes: json({
        architecture: Deno.build.arch === "aarch64" ? "arm64" : "amd64",
        os: "linux",
        config: { Env: environment },
        rootfs: { type: "layers", diff_ids: [digestOf(tar)] },
      }),
    };
    const describe = ({ type, bytes }: Blob) => ({
      mediaType: type,
      size: bytes.length,
      digest: digestOf(bytes),
    });
    for (const blob of [layer, config]) this.#blobs.set(digestOf(blob.bytes), blob);
    this.#manifest = {
      type: MANIFEST,
      bytes: json({
        schemaVersion: 2,
        mediaType: MANIFEST,
        config: describe(config),
        layers: [describe(layer)],
      }),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  #answer({ url, method }: Request): Response {
    const { pathname } = new URL(url);
    if (pathname === "/v2/") return new Response("{}");
    const [, kind, name = ""] = /^\/v2\/test\/(manifests|blobs)\/(.+)$/.exec(pathname) ?? [];
    if (kind === "manifests") this.pulls++;
    const blob = kind === "manifests" ? this.#manifest : this.#blobs.get(name);
    if (!blob) return new Response(null, { status: 404 });
    return new Response(method === "HEAD" ? null : blob.bytes, {
      headers: {
        "content-type": blob.type,
        "content-length": String(blob.bytes.length),
        "docker-content-digest": digestOf(blob.bytes),
      },
    });
  }
}

function json(value: unknown): Uint8Array<ArrayBuffer> {
  return Buffer.from(JSON.stringify(value));
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
