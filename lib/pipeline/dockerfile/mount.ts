import { DockerfileError } from "./instructions.ts";

/** What may be said of each type of a mount beside `target`. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  bind: ["source", "from", "rw", "readwrite", "ro", "readonly"],
  cache: ["source", "from", "rw", "readwrite", "ro", "readonly", "id", "sharing", "mode", "uid", "gid"],
  tmpfs: ["source", "from", "size"],
  secret: ["source", "id", "required", "mode", "uid", "gid", "env"],
  ssh: ["id", "required", "mode", "uid", "gid"],
};

const LONG_NAMES: ReadonlyMap<string, string> = new Map([
  ["src", "source"],
  ["dst", "target"],
  ["destination", "target"],
]);

/** What a mount of `RUN` takes files from. */
export interface Mount {
  /** A stage, or an image. */
  readonly from: string | undefined;
  /** A path of the build context, empty for all of it; undefined when the mount takes nothing from there. */
  readonly source: string | undefined;
}

/**
 * Reads the value of a `--mount` of `RUN`.
 *
 * @throws {DockerfileError} when it cannot be understood.
 */
export function parseMount(value: string): Mount {
  const options = new Map(
    value.split(",").map((option) => {
      const [, key = "", text = ""] = /^([^=]*)=?(.*)$/s.exec(option) ?? [];
      return [LONG_NAMES.get(key.toLowerCase()) ?? key.toLowerCase(), text] as const;
    }),
  );
  const type = options.get("type") ?? "bind";
  const keys = Object.hasOwn(KEYS, type) ? KEYS[type] : undefined;
  if (!keys) throw new DockerfileError(`there is no mount of the type "${type}"`);
  for (const key of options.keys()) {
    // What a variable says may be nothing.
    const isOdd = !keys.includes(key) && !options.get(key)?.startsWith("$");
    if (key !== "type" && key !== "target" && isOdd) {
      throw new DockerfileError(`a mount of the type "${type}" has no "${key}"`);
    }
  }
  if (type === "bind" && !options.get("target")) {
    throw new DockerfileError(`the mount "${value}" has no target`);
  }
  return {
    from: options.get("from"),
    source: type === "bind" || type === "tmpfs" ? options.get("source") ?? "" : undefined,
  };
}
