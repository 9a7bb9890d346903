/** Settles as `work` does, or rejects with the reason of the signal: other policies wait on after an abort. */
export function releaseOnAbort<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  let release: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    release = () => reject(signal.reason as Error);
    if (signal.aborted) release();
    else signal.addEventListener('abort', release);
  });
  return Promise.race([work, aborted]).finally(() => {
    if (release) signal.removeEventListener('abort', release);
  });
}
