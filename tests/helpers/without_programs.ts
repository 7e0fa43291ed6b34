import { temporaryDirectory } from "./temporary_directory.ts";

/** Makes a host of this process on which there is no program at all, until it is disposed. */
export async function withoutPrograms(): Promise<AsyncDisposable> {
  const path = Deno.env.get("PATH") ?? "";
  const empty = await temporaryDirectory();
  Deno.env.set("PATH", empty.path);
  return {
    async [Symbol.asyncDispose]() {
      Deno.env.set("PATH", path);
      await empty[Symbol.asyncDispose]();
    },
  };
}
