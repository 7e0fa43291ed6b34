/**
 * Reads something of each process of this host, Linux only: `read` gets its folder below `/proc`, and its id. What
 * throws, for it has ended meanwhile or is another user's, is left out, and so is undefined.
 */
export function ofProcesses<T>(read: (folder: string, pid: number) => T | undefined): T[] {
  return [...Deno.readDirSync("/proc")].flatMap(({ name }) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const found = read(`/proc/${name}`, Number(name));
      return found === undefined ? [] : [found];
    } catch {
      return [];
    }
  });
}
