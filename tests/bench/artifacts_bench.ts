import { join } from "node:path";
import { findArtifacts } from "../../lib/agent/artifacts/find_artifacts.ts";
import { uploadArtifacts } from "../../lib/agent/artifacts/upload_artifacts.ts";
import { TransferMeter } from "../../lib/agent/transfer_meter.ts";
import { Transfers } from "../../lib/agent/transfers.ts";
import { LocalMachine } from "../../lib/machine/local/local_machine.ts";
import { runCommand } from "../../lib/process/run_command.ts";
import { openChannel } from "../../lib/rpc/channel.ts";
import { createClient } from "../../lib/rpc/client.ts";
import { CirrusCIService } from "../../proto/gen/cirrus_ci_service_pb.ts";
import { FakeCi } from "../fakes/upstream_ci.ts";
import { temporaryDirectory } from "../helpers/temporary_directory.ts";
import type { BenchOptions, Figure } from "./figure.ts";
import { FileStore } from "./file_store.ts";
import { makeManyFiles } from "./many_files.ts";
import { timed } from "./timed.ts";

/** Runs are long. */
const MOST_RUNS = 3;

const FILES = 1_000;

/** 1,000 artifacts of 1 MB to a store over HTTP, beside a plain copy of them. */
export async function artifacts({ runs }: BenchOptions): Promise<Figure[]> {
  await using folder = await temporaryDirectory();
  const tree = join(folder.path, "tree");
  const stored = join(folder.path, "stored");
  await makeManyFiles(tree, { files: FILES, bytes: 1_000_000 });
  await Deno.mkdir(stored);
  await using store = await FileStore.start(stored);
  await using upstream = await startUpstream(store);
  const uploads: number[] = [];
  const copies: number[] = [];
  for (let run = 0; run < Math.min(runs, MOST_RUNS); run++) {
    const copy = join(folder.path, `copy${run}`);
    uploads.push(await timed(() => uploadAll({ tree, upstream, folder: folder.path })));
    copies.push(
      await timed(async () => {
        await runCommand(["cp", "-R", tree, copy]);
      }),
    );
    await Deno.remove(copy, { recursive: true });
  }
  return [
    { name: "1,000 artifacts of 1 MB", unit: "ms", values: uploads },
    { name: "the same by `cp`", unit: "ms", values: copies },
  ];
}

/** An upstream that gives out URLs of the store. */
async function startUpstream(store: FileStore): Promise<FakeCi> {
  const upstream = await FakeCi.start();
  upstream.answers.generateArtifactUploadURLs = ({ files }) => {
    const urls = files.map(({ path }) => ({ url: `http://${store.host}/${encodeURIComponent(path)}` }));
    return Promise.resolve({ urls });
  };
  upstream.answers.commitUploadedArtifacts = () => Promise.resolve({});
  return upstream;
}

async function uploadAll(
  { tree, upstream, folder }: { tree: string; upstream: FakeCi; folder: string },
): Promise<void> {
  const { signal } = new AbortController();
  await using machine = new LocalMachine({
    workingDirectory: tree,
    temporaryDirectory: folder,
    environment: new Map(),
    mark: crypto.randomUUID(),
  });
  using transfers = new Transfers();
  await using channel = await openChannel({ endpoint: upstream.endpoint });
  using meter = new TransferMeter("Uploading", { log: console.error });
  const { files } = await findArtifacts("**", { machine, workingDirectory: tree, signal });
  if (files.length !== FILES) throw new Error(`${files.length} files are found instead of ${FILES}`);
  await uploadArtifacts({ name: "bench", type: "", format: "", files }, {
    upstream: { client: createClient(CirrusCIService, channel), transfers, taskIdentification: undefined },
    machine,
    workingDirectory: tree,
    meter,
    signal,
  });
}
