import { formatByteSize } from "../../units/byte_size.ts";
import { byteRate } from "../transfer_meter.ts";

/** What became of a cache. */
export interface Transfer {
  readonly files: number;
  /** In bytes. */
  readonly from: number;
  /** In bytes. */
  readonly to: number;
  readonly ms: number;
}

/** `12,345 files, 1.2 GB -> 310 MB in 4.1 s (293 MB/s)`; the rate is that of the larger side. */
export function transferLine({ files, from, to, ms }: Transfer): string {
  const count = files === 1 ? "1 file" : `${files.toLocaleString("en")} files`;
  const seconds = (ms / 1000).toFixed(1);
  const rate = byteRate(Math.max(from, to), ms);
  return `${count}, ${formatByteSize(from)} -> ${formatByteSize(to)} in ${seconds} s (${rate})`;
}
