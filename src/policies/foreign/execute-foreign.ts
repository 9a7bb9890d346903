import type { IPolicy } from 'cockatiel';
import { joinSignal, leaveSignal } from '../../core/abort-listeners.js';
import type { ExecuteOptions } from '../options/execute-options.js';
import { endAttempts, ForeignAttempt } from './foreign-attempt.js';

/** The work of a call under a foreign policy, one that is not of this library. */
export interface ForeignWork<Value> {
  /** Throws if nothing more may be sent. */
  readonly check?: () => void;
  readonly run: (attempt: ForeignAttempt) => PromiseLike<Value>;
}

/**
 * Executes a call under a foreign policy. cockatiel's policies keep waiting after an abort and then make one more
 * attempt: here the caller is released at once, and nothing is sent after that.
 */
export function executeForeign<Value>(
  policy: IPolicy,
  options: ExecuteOptions,
  { check, run }: ForeignWork<Value>,
): Promise<Value> {
  const { signal } = options;
  const attempts: ForeignAttempt[] = [];
  const settled = policy.execute(async (foreign) => {
    signal?.throwIfAborted();
    check?.();
    const attempt = new ForeignAttempt(foreign, attempts.length, options);
    attempts.push(attempt);
    return run(attempt);
  }, signal);
  const released = signal ? releasedBy(signal, settled) : settled;
  return released.finally(() => endAttempts(attempts));
}

/** Settles like `work`, or rejects with the reason of the signal. */
function releasedBy<Value>(signal: AbortSignal, work: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const end = (): void => leaveSignal(signal, release);
    const release = {
      handleEvent: () => {
        end();
        reject(signal.reason as Error);
      },
    };
    if (signal.aborted) release.handleEvent();
    else joinSignal(signal, release);
    work.then(resolve, reject).then(end, end);
  });
}
