import type { Clock } from '../core/time/clock.js';
import { isAssumedWait } from '../errors/assumed-wait.js';
import { isWEEXError } from '../errors/index.js';
import { joinSignal, leaveSignal } from '../core/abort-listeners.js';
import { judgeFound } from './judge-found.js';
import { softMs } from '../policies/admission/refusal-memory.js';
import { sum } from './patience.js';

/** One lookup at the exchange, for the error message. */
export interface LookupResult {
  /** When it was over, in milliseconds since the search started. */
  readonly afterMs: number;
  readonly result: 'seen' | 'not-seen' | 'failed';
  /** Why it failed. */
  readonly error?: unknown;
}

/** What is searched for, and how patiently. */
export interface Search {
  readonly clientOrderId: string;
  /** Asks the exchange once: returns the order, or nothing. */
  readonly lookUp: (signal: AbortSignal) => Promise<unknown>;
  /** Describes in which field an order that was found differs from what was ordered. */
  readonly mismatchOf?: ((found: unknown) => string | undefined) | undefined;
  /** Whether the call's `matches` decides which order is its own. */
  readonly isJudgedByCaller?: boolean | undefined;
  /** The wait before each lookup, in milliseconds; read again before each, since it may have grown. */
  readonly waitsMs: () => readonly number[];
  /** How long the whole search may take, in milliseconds. */
  readonly deadlineMs: number;
  readonly clock: Clock;
  /** Ends the search; the promise rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** A result that arrived in another way, for example a late reply. */
  readonly evidence?: (() => Evidence | undefined) | undefined;
  /** Resolves when evidence arrives, which ends the search at once; its absence proves nothing. */
  readonly arrival?: Promise<Evidence> | undefined;
}

/** Proof from another source. */
export type Evidence =
  | { readonly outcome: 'found'; readonly value: unknown }
  | { readonly outcome: 'absent' };

/** The result of a search. */
export type Finding = (Evidence | { readonly outcome: 'unknown' }) & {
  readonly lookups: readonly LookupResult[];
};

/** The waits before further lookups when the planned ones are used up and the last one failed. */
const repeatMs = { first: 250, longest: 2_000 };

/**
 * Looks for an order until it is seen, until all of the patience is over and a lookup saw nothing, or until the
 * deadline. A failed lookup proves nothing and is repeated.
 *
 * @throws the reason of `signal` when it aborts.
 */
export async function reconcile(search: Search): Promise<Finding> {
  const { arrival, clock, evidence, signal } = search;
  const orArrival = <Value>(work: Promise<Value>): Promise<Value | Evidence> =>
    arrival ? Promise.race([arrival, work]) : work;
  const lookups: LookupResult[] = [];
  const limit = limitTime(clock, search.deadlineMs, signal);
  try {
    for (const delayMs of delays(search.waitsMs, lookups)) {
      const waited = await limit.race(orArrival(limit.wait(delayMs)));
      const finding =
        evidence?.() ?? (waited === over ? over : await orArrival(lookUpOnce(search, limit, lookups)));
      signal?.throwIfAborted();
      if (finding === over) return { outcome: 'unknown', lookups };
      if (finding) return { ...finding, lookups };
    }
    return { outcome: 'absent', lookups };
  } finally {
    limit.end();
  }
}

/** The planned waits, followed by more while the last lookup failed. */
function* delays(waitsMs: Search['waitsMs'], lookups: readonly LookupResult[]): Generator<number> {
  let waitedMs = 0;
  for (let index = 0; ; index += 1) {
    const planned = waitsMs();
    // The patience has grown meanwhile: its last wait was shorter when it ended.
    const delayMs = planned[index] ?? sum(planned) - waitedMs;
    if (delayMs <= 0 && index >= planned.length) break;
    waitedMs += delayMs;
    yield delayMs;
  }
  let delayMs = repeatMs.first;
  for (let last = lookups.at(-1); last?.result === 'failed'; last = lookups.at(-1)) {
    yield Math.max(delayMs, refusedForMs(last.error, lookups.at(-2)));
    delayMs = Math.min(delayMs * 2, repeatMs.longest);
  }
}

/** How long a lookup must wait after a failure: a first rate-limit answer that gives no time may not be a ban. */
function refusedForMs(error: unknown, before: LookupResult | undefined): number {
  if (!isWEEXError(error)) return 0;
  const { kind, retryAfterMs = 0 } = error;
  const isFirst = !isWEEXError(before?.error) || before.error.kind !== 'rate-limit';
  return kind === 'rate-limit' && isFirst && isAssumedWait(error) ? softMs : retryAfterMs;
}

async function lookUpOnce(
  { clientOrderId, isJudgedByCaller, lookUp, mismatchOf }: Search,
  limit: TimeLimit,
  lookups: LookupResult[],
): Promise<Evidence | typeof over | undefined> {
  const note = (result: LookupResult['result'], error?: unknown): void => {
    lookups.push({ afterMs: limit.elapsedMs(), result, ...(error === undefined ? {} : { error }) });
  };
  try {
    const value = await limit.race(lookUp(limit.signal));
    if (value === over) throw new Error('No answer in time');
    const found = judgeFound(value, clientOrderId, isJudgedByCaller);
    const mismatch = found.is === 'order' ? mismatchOf?.(value) : undefined;
    if (found.is === 'nothing') note('not-seen');
    // The lookup itself is faulty, so what it does not show proves nothing either.
    else if (found.is === 'no-proof') note('failed', new TypeError(`It returned ${found.why}`));
    else if (mismatch !== undefined) note('failed', new Error(`It returned another order: ${mismatch}`));
    else {
      note('seen');
      return { outcome: 'found', value };
    }
  } catch (error) {
    if (isNotFound(error)) note('not-seen');
    else note('failed', error);
    if (limit.signal.aborted) return over;
  }
  return undefined;
}

function isNotFound(error: unknown): boolean {
  return isWEEXError(error) && error.kind === 'order' && 'reason' in error && error.reason === 'not-found';
}

/** The result of a race if the time is over first. */
const over: unique symbol = Symbol('over');

interface TimeLimit {
  /** Aborts at the end of the time, or with the caller's signal. */
  readonly signal: AbortSignal;
  /** Resolves after a delay. */
  wait(ms: number): Promise<void>;
  /** Settles like `work`, or resolves to {@link over} as soon as the time is over. */
  race<Value>(work: PromiseLike<Value> | Value): Promise<Value | typeof over>;
  elapsedMs(): number;
  /** Stops every timer and listener. */
  end(): void;
}

function limitTime(clock: Clock, ms: number, caller: AbortSignal | undefined): TimeLimit {
  const controller = new AbortController();
  const { signal } = controller;
  const timers = new Set<unknown>();
  const startedAt = clock.now();
  const stop = (): void => controller.abort(caller?.reason);
  const release = { handleEvent: stop };
  const stopped = new Promise<typeof over>((resolve) => {
    signal.addEventListener('abort', () => resolve(over), { once: true });
  });
  timers.add(clock.setTimeout(stop, ms));
  if (caller?.aborted) stop();
  else if (caller) joinSignal(caller, release);
  return {
    signal,
    wait: (delayMs) => new Promise((resolve) => timers.add(clock.setTimeout(resolve, delayMs, 'wait'))),
    race: (work) => Promise.race([work, stopped]),
    elapsedMs: () => Math.round(clock.now() - startedAt),
    end() {
      for (const timer of timers) clock.clearTimeout(timer);
      if (caller) leaveSignal(caller, release);
    },
  };
}
