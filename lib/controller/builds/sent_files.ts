import { posix } from "node:path";
import type { ProjectFiles } from "../../pipeline/project_files.ts";

/** Files of a project by path, in base64; null stands for a file that is there and was left out. */
export type SentFiles = Readonly<Record<string, string | null>>;

/** The project of a `.cirrus.yml`, as far as it was sent with it. */
export function sentFiles(sent: SentFiles): ProjectFiles {
  const files = new Map(Object.entries(sent).map(([path, content]) => [normal(path), content]));
  return {
    read: (path) =>
      Promise.try(() => {
        const content = files.get(normal(path));
        if (content === undefined) throw new Error("it did not come with the definition");
        if (content === null) throw new Error("it was too large to come with the definition");
        return Uint8Array.fromBase64(content);
      }),
    list: (path) =>
      Promise.try(() => {
        if (files.has(normal(path))) return undefined;
        const prefix = normal(path) === "." ? "" : `${normal(path)}/`;
        const below = [...files.keys()].filter((file) => file.startsWith(prefix));
        if (below.length === 0) throw new Error("it did not come with the definition");
        return [...new Set(below.map((file) => file.slice(prefix.length).split("/", 1)[0] ?? ""))];
      }),
  };
}

function normal(path: string): string {
  return posix.normalize(path).replace(/\/$/, "");
}
