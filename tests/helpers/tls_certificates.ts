import { join } from "node:path";
import { type TemporaryDirectory, temporaryDirectory } from "./temporary_directory.ts";

/** A certificate and its private key, in PEM format. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority nobody else trusts, made with openssl. */
export class TestAuthority implements AsyncDisposable {
  /** The file to trust. */
  readonly caFile: string;
  readonly #directory: TemporaryDirectory;

  private constructor(directory: TemporaryDirectory) {
    this.#directory = directory;
    this.caFile = join(directory.path, "ca.pem");
  }

  static async create(): Promise<TestAuthority> {
    const authority = new TestAuthority(await temporaryDirectory());
    await authority.#openssl(
      "req",
      "-x509",
      ...NEW_KEY,
      "-keyout",
      "ca.key",
      "-out",
      "ca.pem",
      "-subj",
      "/CN=test",
    );
    return authority;
  }

  /** Issues a certificate for names such as `DNS:localhost` and `IP:127.0.0.1`. */
  async issue(...names: [string, ...string[]]): Promise<Certificate> {
    const id = crypto.randomUUID();
    const [key, request, extensions, cert] = [`${id}.key`, `${id}.csr`, `${id}.ext`, `${id}.pem`];
    await Deno.writeTextFile(join(this.#directory.path, extensions), `subjectAltName=${names.join(",")}\n`);
    await this.#openssl("req", ...NEW_KEY, "-keyout", key, "-out", request, "-subj", "/CN=test server");
    await this.#openssl(
      ...["x509", "-req", "-in", request, "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"],
      ...["-extfile", extensions, "-out", cert],
    );
    return { cert: await this.#read(cert), key: await this.#read(key) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#directory[Symbol.asyncDispose]();
  }

  #read(name: string): Promise<string> {
    return Deno.readTextFile(join(this.#directory.path, name));
  }

  async #openssl(...args: string[]): Promise<void> {
    const { success, stderr } = await new Deno.Command("openssl", { args, cwd: this.#directory.path })
      .output();
    if (!success) throw new Error(`openssl ${args[0]} failed: ${new TextDecoder().decode(stderr)}`);
  }
}

const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
