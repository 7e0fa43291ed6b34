/**
 * Keeps what is sent to it in files of a folder and gives it out again, as a store for caches and artifacts:
 * `file_store_server.ts FOLDER`. Prints its port.
 */
import { join } from "node:path";

const [folder = ""] = Deno.args;

Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(port),
}, async (request) => {
  const path = join(folder, encodeURIComponent(new URL(request.url).pathname));
  if (request.method === "GET") {
    const { size } = await Deno.stat(path);
    return new Response((await Deno.open(path)).readable, { headers: { "content-length": String(size) } });
  }
  const file = await Deno.open(path, { write: true, create: true, truncate: true });
  await request.body?.pipeTo(file.writable);
  return new Response();
});
