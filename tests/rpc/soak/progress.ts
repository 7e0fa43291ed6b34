/** What a soak program prints, as a line of JSON, several times a second. */
export interface Progress {
  /** Calls that were answered. */
  calls: number;
  /** Calls that were tried again. */
  retries: number;
  /** How often the server was restarted. */
  restarts: number;
  /** Calls over a connection of their own, made while the server shut down. */
  latecomers: number;
}

/** Runs `work` while its progress is printed, and once more when it is done. */
export async function reporting(work: (progress: Progress) => Promise<void>): Promise<void> {
  const progress: Progress = { calls: 0, retries: 0, restarts: 0, latecomers: 0 };
  const report = () => console.log(JSON.stringify(progress));
  const timer = setInterval(report, 200);
  try {
    await work(progress);
  } finally {
    clearInterval(timer);
    report();
  }
}
