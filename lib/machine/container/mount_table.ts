/** What of a container's files the engine reaches from outside: its own root and mounts of the host's. */
export class MountTable {
  readonly #mounts: ReadonlyArray<{ readonly at: string; readonly reached: boolean }>;

  /** `lines` is a /proc/PID/mountinfo: proc(5). */
  constructor(lines: string) {
    this.#mounts = lines.split("\n").filter((line) => line.includes(" - ")).map((line) => {
      const [own = "", rest = ""] = line.split(" - ");
      const [, , , , at = "", options = ""] = own.split(" ");
      const [type = ""] = rest.split(" ");
      // Docker sees what is below a mount in memory, and refuses a root that is read-only.
      return {
        at: unescape(at),
        reached: type !== "tmpfs" && !(at === "/" && options.split(",").includes("ro")),
      };
    });
  }

  /** Whether the engine's archive copy reaches an absolute path without links. */
  reachedFromOutside(path: string): boolean {
    const over = this.#mounts.filter(({ at }) => at === "/" || path === at || path.startsWith(`${at}/`));
    // Of two on one place the later one counts.
    return over.reduce((deepest, mount) => mount.at.length >= deepest.at.length ? mount : deepest, {
      at: "",
      reached: true,
    }).reached;
  }
}

/** Blanks and the like are written as `\040`. */
function unescape(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
}
