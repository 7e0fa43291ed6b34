import { join } from "node:path";
import { parse as parseYaml } from "yaml";
import { ConfigError } from "../../lib/config/config_error.ts";
import { configSchema } from "../../lib/config/config_schema.ts";
import { controllerConfig } from "../../lib/config/controller/controller_config.ts";
import { controllerFileKind } from "../../lib/config/controller/controller_file_kind.ts";
import { exampleFile } from "../../lib/config/example_file.ts";
import { type ConfigKind, parseConfig } from "../../lib/config/reading/read_config.ts";
import { workerConfig } from "../../lib/config/worker/worker_config.ts";
import { mutate } from "./mutate.ts";
import { Random } from "./random.ts";
import type { Corpus, FuzzSubject } from "./subject.ts";

const EXAMPLES = join(import.meta.dirname ?? "", "..", "testdata", "config");

/** The configuration files of workers and controllers. */
export const configFiles: FuzzSubject<string> = {
  readCorpus,
  makeCase(index, { seed, corpus }) {
    const random = new Random(Math.imul(seed, 1_000_003) + index);
    // Of files with more changes too few hold.
    return mutate(random.oneOf(corpus), { random, others: corpus, most: 2 });
  },
  runCase(source) {
    check(source, controllerConfig);
    const worker = check(source, workerConfig);
    if (worker) checkSecurity(source, worker.security);
    return Promise.resolve();
  },
  texts: (source) => ({ ".yml": source }),
};

async function readCorpus(): Promise<Corpus> {
  const controller = exampleFile(configSchema(controllerFileKind.schema), controllerFileKind.example);
  const corpus: [string] = [controller.replace(/^# ([\w-]+:| {2})/gm, "$1")];
  for await (const { name } of Deno.readDir(EXAMPLES)) {
    corpus.push(await Deno.readTextFile(join(EXAMPLES, name)));
  }
  return corpus.toSorted() as [string];
}

/** What a file says, or undefined where it is refused. Throws where it is refused without saying why and where. */
function check<Value>(source: string, kind: ConfigKind<Value>): Value | undefined {
  try {
    return parseConfig(source, { path: "config.yml", kind }).value;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const lines = source.split(/\r\n?|\n/).length;
    if (error.diagnostics.length === 0) throw new Error("It is refused without a reason");
    if (error.message.includes(TOKEN) && standsWithItsKey(source)) throw new Error("A token is shown");
    for (const { message, position } of error.diagnostics) {
      if (!position && message.startsWith("Cannot read the file: ")) continue;
      if (!position || position.line < 1 || position.line > lines || position.column < 1) {
        throw new Error(`The error "${message}" is at ${JSON.stringify(position)}, outside of the file`);
      }
    }
    return undefined;
  }
}

/** The token in the files of the corpus. */
const TOKEN = "s3same";

/** Whether the token is still one wherever it stands. */
function standsWithItsKey(source: string): boolean {
  return source.split("\n").every((line) => !line.includes(TOKEN) || /token["']?\s*:[^:]*s3same/.test(line));
}

/** Throws where a key that plain YAML finds under `security` is not in the policy. */
function checkSecurity(source: string, policy: unknown): void {
  const plain: unknown = parseYaml(source, { merge: true, logLevel: "silent" });
  const lost = lostIn(isMap(plain) ? plain["security"] : undefined, { read: policy, path: "security" });
  if (lost !== undefined) throw new Error(`${lost} is not in the policy`);
}

function lostIn(
  written: unknown,
  { read, path }: { readonly read: unknown; readonly path: string },
): string | undefined {
  if (Array.isArray(written)) {
    if (!Array.isArray(read) || read.length !== written.length) return path;
    return written.map((item, index) => lostIn(item, { read: read[index], path: `${path}[${index}]` }))
      .find((lost) => lost !== undefined);
  }
  if (isMap(written)) {
    return Object.entries(written).map(([key, value]) => {
      const below = `${path}.${key}`;
      return isMap(read) && Object.hasOwn(read, key)
        ? lostIn(value, { read: read[key], path: below })
        : below;
    }).find((lost) => lost !== undefined);
  }
  return (written === undefined) === (read === undefined) ? undefined : path;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
