interface Mount {
  /** Absolute path in the container. */
  readonly at: string;
  readonly type: string;
  readonly readOnly: boolean;
}

/** What of a container's files the engine reaches from outside: its own root and what of the host is mounted there. */
export class MountTable {
  readonly #mounts: readonly Mount[];

  /** `lines` is a /proc/PID/mountinfo: proc(5). */
  constructor(lines: string) {
    this.#mounts = lines.split("\n").filter((line) => line.includes(" - ")).map((line) => {
      const [own = "", filesystem = ""] = line.split(" - ");
      const [, , , , at = "", options = ""] = own.split(" ");
      const [type = ""] = filesystem.split(" ");
      return { at: unescape(at), type, readOnly: options.split(",").includes("ro") };
    });
  }

  /** Whether the engine's archive copy can write to an absolute path without links. */
  reachedFromOutside(path: string): boolean {
    // Docker refuses where the root is read-only; and of a mount in memory it sees only what is below it.
    if (this.#mounts.some(({ at, readOnly }) => at === "/" && readOnly)) return false;
    const over = this.#mounts.filter(({ at }) => at === "/" || path === at || path.startsWith(`${at}/`));
    // Of two on one place the later one counts.
    const [deepest] = over.reverse().sort((a, b) => b.at.length - a.at.length);
    return deepest?.type !== "tmpfs";
  }
}

/** Blanks and the like are written as `\040`. */
function unescape(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
}
