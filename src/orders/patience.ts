import { isWEEXError } from '../errors/index.js';
import { type Venue, weexVenues } from './venue.js';

/** How long a search for an order goes on. */
export interface Patience {
  /** The wait before each look-up after a failure, in milliseconds; when all are over, "not seen" is "absent". */
  waitsMs(error: unknown): readonly number[];
  /** When a search is given up, in milliseconds from its start. */
  readonly deadlineMs: number;
}

/** What a look-up that fails may take beyond the patience. */
const failedLookUpsMs = 5_000;

/** Waits that suit a first look at once and few looks later on. */
const firstWaitsMs: readonly number[] = [250, 1_000, 3_000];
const laterWaitMs = 5_000;

/** What an error means that nobody answered: the request may still be on its way. */
const silentCodes: ReadonlySet<unknown> = new Set([504, 'ETIMEDOUT', 'ESOCKETTIMEDOUT', 'ECONNABORTED']);

/**
 * How long after its sending an order that is not to be seen may still appear, in milliseconds.
 *
 * Where the far end answered or closed the connection it is done with the request, and what it did shows within
 * `visibleWithinMs`. After a time-out, or a gateway's, the request may sit in a buffer and be executed later: it is
 * dead for certain only when its timestamp has expired. The exception is an id that is never executed twice: a late
 * one does no harm then. An id that protects among open orders does not do: the first order may be filled by then.
 */
export function latestAppearanceMs(venue: Venue, error: unknown): number {
  const { idProtects, idWindowMs = 0, requestValidForMs, visibleWithinMs } = venue;
  const harmless = idProtects === 'for-ever' || (idProtects === 'window' && idWindowMs > requestValidForMs);
  return harmless || !isSilence(error) ? visibleWithinMs : requestValidForMs + visibleWithinMs;
}

/** The patience that an order safety asks for: its own `settleMs`, or what its venue needs. */
export function patienceOf(safety: {
  readonly settleMs?: number | readonly number[] | undefined;
  readonly reconcileDeadlineMs?: number | undefined;
  readonly venue?: Venue | undefined;
}): Patience {
  const { settleMs, venue = weexVenues.contract } = safety;
  const settle = settleMs === undefined ? undefined : [settleMs].flat();
  const longestMs = settle ? sum(settle) : latestAppearanceMs(venue, undefined);
  return {
    waitsMs: (error) => settle ?? spreadLookUps(latestAppearanceMs(venue, error)),
    deadlineMs: safety.reconcileDeadlineMs ?? longestMs + failedLookUpsMs,
  };
}

/** Spreads look-ups over a time: soon at first, since most orders are seen at once, and one at its very end. */
export function spreadLookUps(totalMs: number): number[] {
  const waits: number[] = [];
  let leftMs = totalMs;
  while (leftMs > 0) {
    const wait = Math.min(leftMs, firstWaitsMs[waits.length] ?? laterWaitMs);
    waits.push(wait);
    leftMs -= wait;
  }
  return waits.length > 0 ? waits : [0];
}

/** The sum of a list of waits. */
export function sum(waitsMs: readonly number[]): number {
  return waitsMs.reduce((total, wait) => total + wait, 0);
}

// An error of another kind says nothing about the connection, which is as good as silence.
function isSilence(error: unknown): boolean {
  return !isWEEXError(error) || error.kind === 'timeout' || silentCodes.has(error.code);
}
