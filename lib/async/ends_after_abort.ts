/**
 * Settles as `promise` does; rejects with what `overdue` makes when that has not happened `ms` milliseconds after `signal`
 * aborted. What it waits for goes on.
 */
export async function endsAfterAbort<T>(
  promise: Promise<T>,
  options: { readonly signal: AbortSignal; readonly ms: number; readonly overdue: () => Error },
): Promise<T> {
  const { signal, ms, overdue } = options;
  const { promise: late, reject } = Promise.withResolvers<never>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const onAbort = () => timer = setTimeout(() => reject(overdue()), ms);
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  try {
    // Both stay handled: an error that comes later must not end the program.
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}
