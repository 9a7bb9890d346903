import type { Clock } from '../context/clock.js';
import { isWEEXError } from '../errors/index.js';
import { carriesOtherId } from './carries-other-id.js';

/** One look at the exchange, for the error message. */
export interface LookUp {
  /** When it was over, in milliseconds since 1970. */
  readonly at: number;
  readonly result: 'seen' | 'not-seen' | 'failed';
  /** Why it failed. */
  readonly error?: unknown;
}

/** What is searched for, and how patiently. */
export interface Search {
  readonly clientOrderId: string;
  /** Asks the exchange once: the order, or nothing. */
  readonly lookUp: (signal: AbortSignal) => unknown;
  /** The wait before each look-up, in milliseconds. */
  readonly waitsMs: readonly number[];
  /** How long all of it may take, in milliseconds. */
  readonly deadlineMs: number;
  readonly clock: Clock;
  /** Ends the search; the promise rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** What came in meanwhile by another way, for example a late reply. */
  readonly evidence?: (() => Evidence | undefined) | undefined;
}

/** A proof from elsewhere. */
export type Evidence =
  | { readonly outcome: 'found'; readonly value: unknown }
  | { readonly outcome: 'absent' };

/** What a search came to. */
export type Finding = (Evidence | { readonly outcome: 'unknown' }) & {
  readonly lookUps: readonly LookUp[];
};

/** How long to wait before a look-up is repeated when the planned ones are used up and the last one failed. */
const repeatMs = { first: 250, longest: 5_000 };

/**
 * Looks for an order until it is seen, until all of the patience is over and a look-up saw nothing, or until the
 * deadline. A look-up that failed proves nothing and is repeated.
 */
export async function reconcile(search: Search): Promise<Finding> {
  const { clock, evidence, signal } = search;
  const lookUps: LookUp[] = [];
  const limit = limitTime(clock, search.deadlineMs, signal);
  try {
    for (const delayMs of delays(search.waitsMs, lookUps)) {
      await limit.race(limit.wait(delayMs));
      const proof = evidence?.() ?? (await lookUpOnce(search, limit, lookUps));
      if (proof) return { ...proof, lookUps };
    }
    return { outcome: 'absent', lookUps };
  } catch (error) {
    if (signal?.aborted || error !== outOfTime) throw error;
    return { ...(evidence?.() ?? { outcome: 'unknown' }), lookUps };
  } finally {
    limit.end();
  }
}

/** The planned waits, and after them more as long as the last look-up failed. */
function* delays(waitsMs: readonly number[], lookUps: readonly LookUp[]): Generator<number> {
  yield* waitsMs;
  let delayMs = repeatMs.first;
  for (let last = lookUps.at(-1); last?.result === 'failed'; last = lookUps.at(-1)) {
    yield Math.max(delayMs, retryAfterMsOf(last.error));
    delayMs = Math.min(delayMs * 2, repeatMs.longest);
  }
}

async function lookUpOnce(
  search: Search,
  limit: TimeLimit,
  lookUps: LookUp[],
): Promise<Evidence | undefined> {
  const { clientOrderId, clock, lookUp } = search;
  const note = (result: LookUp['result'], error?: unknown): void => {
    lookUps.push({ at: clock.now(), result, ...(error === undefined ? {} : { error }) });
  };
  try {
    const value = await limit.race(lookUp(limit.signal));
    if (value === undefined || value === null) return note('not-seen') as undefined;
    // The look-up itself is wrong, so that what it does not show proves nothing either.
    if (carriesOtherId(value, clientOrderId)) {
      return note('failed', new Error('the look-up returned an order with another id')) as undefined;
    }
    note('seen');
    return { outcome: 'found', value };
  } catch (error) {
    if (limit.signal.aborted) throw error;
    if (isNotFound(error)) note('not-seen');
    else note('failed', error);
    return undefined;
  }
}

function isNotFound(error: unknown): boolean {
  return (
    isWEEXError(error) && error.kind === 'order' && (error as { reason?: unknown }).reason === 'not-found'
  );
}

function retryAfterMsOf(error: unknown): number {
  return isWEEXError(error) ? (error.retryAfterMs ?? 0) : 0;
}

const outOfTime: unique symbol = Symbol('out of time');

interface TimeLimit {
  /** Aborts with {@link outOfTime} at the end of the time, or with the caller's reason. */
  readonly signal: AbortSignal;
  /** Resolves after a delay. */
  wait(ms: number): Promise<void>;
  /** Settles as `work` does, or rejects as soon as the time is over. */
  race<Value>(work: PromiseLike<Value> | Value): Promise<Value>;
  /** Stops every timer and listener. */
  end(): void;
}

function limitTime(clock: Clock, ms: number, caller: AbortSignal | undefined): TimeLimit {
  const controller = new AbortController();
  const { signal } = controller;
  const timers = new Set<unknown>([clock.setTimeout(() => controller.abort(outOfTime), ms)]);
  const onAbort = (): void => controller.abort(caller?.reason);
  if (caller?.aborted) onAbort();
  else caller?.addEventListener('abort', onAbort, { once: true });
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    if (signal.aborted) reject(signal.reason);
  });
  aborted.catch(() => undefined);
  return {
    signal,
    wait: (delayMs) => new Promise((resolve) => timers.add(clock.setTimeout(resolve, delayMs))),
    race: (work) => Promise.race([work, aborted]),
    end() {
      for (const timer of timers) clock.clearTimeout(timer);
      caller?.removeEventListener('abort', onAbort);
    },
  };
}
