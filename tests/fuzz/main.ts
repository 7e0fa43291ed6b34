/**
 * Reads mutated files and looks for crashes and hangs: `deno task fuzz [--subject NAME] [--count N] [--seed N]
 * [--only INDEX]`. What reads them runs in a thread of its own, so that one that hangs is noticed. Ends with 1 when it
 * found something; the files are kept then.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { FuzzOrder, FuzzReport } from "./order.ts";
import { isSubjectName, type SubjectName, SUBJECTS } from "./subjects.ts";

/** More than any file of ours takes, also on a machine that is busy with other things. */
const MOST_MS_OF_CASE = 10_000;

const PROGRESS_MS = 2_000;

const { values } = parseArgs({
  options: {
    subject: { type: "string", multiple: true, default: Object.keys(SUBJECTS) },
    count: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
  },
});
const seed = wholeNumber(values.seed);
const first = values.only === undefined ? 0 : wholeNumber(values.only);
const end = values.only === undefined ? wholeNumber(values.count) : first + 1;
const folder = await Deno.makeTempDir({ prefix: "cirrus-fuzz-" });
const found: string[] = [];

for (const subject of values.subject) {
  if (!isSubjectName(subject)) {
    throw new Error(`"${subject}" is no subject: ${Object.keys(SUBJECTS).join(", ")} are`);
  }
  const before = found.length;
  for (let next = first; next < end;) next = await readFrom(next, subject);
  console.error(`${subject}: ${end - first} files with seed ${seed}, ${found.length - before} findings`);
}
if (found.length === 0) await Deno.remove(folder, { recursive: true });
else Deno.exitCode = 1;

/** Reads the cases from `from` on in a new thread; resolves with the number of the one to go on with. */
async function readFrom(from: number, subject: SubjectName): Promise<number> {
  const { texts } = await SUBJECTS[subject]({ seed });
  const record = (index: number, message: string) => {
    const file = join(folder, `${subject}-${index}`);
    found.push(file);
    for (const [end, text] of Object.entries(texts(index))) Deno.writeTextFileSync(`${file}${end}`, text);
    const again = `--subject ${subject} --seed ${seed} --only ${index}`;
    console.error(`File ${index} (${again}, kept as ${file}.yml): ${message}`);
  };
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let current = from;
  let startedAt = performance.now();
  worker.onmessage = ({ data }: MessageEvent<FuzzReport>) => {
    startedAt = performance.now();
    if (data.kind === "done") return resolve(end);
    if (data.kind === "started") current = data.index;
    else record(data.index, data.message);
  };
  // A thread that dies (out of memory, a stack that is full in native code) takes only its current case with it.
  worker.onerror = (event) => {
    event.preventDefault();
    record(current, `the thread died: ${event.message}`);
    resolve(current + 1);
  };
  const watchdog = setInterval(() => {
    console.error(`${subject}: ${current - first} of ${end - first} files`);
    if (performance.now() - startedAt < MOST_MS_OF_CASE) return;
    record(current, `not done within ${MOST_MS_OF_CASE / 1000} s`);
    resolve(current + 1);
  }, PROGRESS_MS);
  worker.onmessageerror = () => reject(new Error("The thread's message could not be read"));
  worker.postMessage({ subject, seed, from, to: end } satisfies FuzzOrder);
  try {
    return await promise;
  } finally {
    clearInterval(watchdog);
    worker.terminate();
  }
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0) throw new Error(`"${text}" is no whole number from 0 up`);
  return number;
}
