import { join } from "node:path";

const FOLDERS = 200;

/** One file in so many cannot be compressed, as pictures and archives; the others are like sources. */
const NOISE_EVERY = 4;

const POOL_BYTES = 4_000_000;

/** Makes a folder with files of equal size, spread over 200 folders. */
export async function makeManyFiles(
  folder: string,
  { files, bytes }: { readonly files: number; readonly bytes: number },
): Promise<void> {
  for (let index = 0; index < Math.min(FOLDERS, files); index++) {
    await Deno.mkdir(join(folder, `folder${index}`), { recursive: true });
  }
  const [noise, text] = [noisePool(), textPool()];
  for (let file = 0; file < files; file++) {
    const pool = file % NOISE_EVERY === 0 ? noise : text;
    const at = Math.floor(Math.random() * (POOL_BYTES - bytes));
    await Deno.writeFile(
      join(folder, `folder${file % FOLDERS}`, `file${file}`),
      pool.subarray(at, at + bytes),
    );
  }
}

function noisePool(): Uint8Array {
  const pool = new Uint8Array(POOL_BYTES);
  for (let at = 0; at < POOL_BYTES; at += 50_000) crypto.getRandomValues(pool.subarray(at, at + 50_000));
  return pool;
}

/** Of a language with 4,000 words, the first ones more frequent. */
function textPool(): Uint8Array {
  const words = Array.from({ length: 4_000 }, (_, index) => (index * 2654435761 % 1e7).toString(36));
  const text: string[] = [];
  for (let length = 0; length < POOL_BYTES;) {
    const word = `${words[Math.floor(Math.random() ** 2 * words.length)]} `;
    text.push(word);
    length += word.length;
  }
  return new TextEncoder().encode(text.join("")).subarray(0, POOL_BYTES);
}
