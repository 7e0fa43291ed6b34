import { runCommand } from "../../lib/process/run_command.ts";

const FILES = 50_000;
const FILES_PER_FOLDER = 100;

/** Makes a bare repository whose branch `main` has 50,000 files of about 1 KB, in 500 folders. */
export async function makeLargeRepository(path: string): Promise<void> {
  await git(["init", "--quiet", "--bare", "--initial-branch=main", path]);
  await git(["-C", path, "fast-import", "--quiet"], ReadableStream.from(firstCommit()));
}

/** Puts a commit on its branch that changes a few files. `number` makes it another one than before. */
export async function changeLargeRepository(path: string, number: number): Promise<void> {
  const files = Array.from({ length: 10 }, (_, file) => modify(file * 97, `change ${number}\n`));
  const text = [...head(`change ${number}`), "from refs/heads/main^0\n", ...files].join("");
  await git(["-C", path, "fast-import", "--quiet"], ReadableStream.from([new TextEncoder().encode(text)]));
}

function* firstCommit(): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  yield encoder.encode(head("first").join(""));
  for (let file = 0; file < FILES; file++) {
    const lines = Array.from(
      { length: 20 },
      (_, line) => `line ${line} of file ${file}: ${(file * 31 + line) * 2654435761 % 1e9}\n`,
    );
    yield encoder.encode(modify(file, lines.join("")));
  }
}

function head(message: string): string[] {
  return [
    "commit refs/heads/main\n",
    "committer Bench <bench@example.com> 1700000000 +0000\n",
    ...data(message),
  ];
}

function modify(file: number, content: string): string {
  const path = `folder${Math.floor(file / FILES_PER_FOLDER)}/file${file}.txt`;
  return [`M 100644 inline ${path}\n`, ...data(content)].join("");
}

/** Only ASCII, so that characters are bytes. */
function data(text: string): string[] {
  return [`data ${text.length}\n`, text, "\n"];
}

async function git(args: readonly string[], stdin?: ReadableStream<Uint8Array>): Promise<void> {
  await runCommand(["git", ...args], stdin ? { stdin } : {});
}
