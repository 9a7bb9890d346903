import { joinSignal, leaveSignal } from '../policies/execution/abort-listeners.js';

/** Settles as `work` does, or rejects with the reason of the signal: other policies wait on after an abort. */
export function releaseOnAbort<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const release = { handleEvent: (): void => undefined };
  const aborted = new Promise<never>((_, reject) => {
    release.handleEvent = () => reject(signal.reason as Error);
    if (signal.aborted) release.handleEvent();
    else joinSignal(signal, release);
  });
  return Promise.race([work, aborted]).finally(() => {
    leaveSignal(signal, release);
  });
}
