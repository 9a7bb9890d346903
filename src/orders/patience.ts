import { isWEEXError } from '../errors/index.js';
import { type Venue, weexVenues } from './venue.js';

/** How long lookups of an order continue. */
export interface Patience {
  /**
   * The wait before each lookup, in milliseconds, given the failures of requests, each of which may still be
   * executed; when all are over, "not seen" becomes "absent". A later call may return more.
   */
  waitsMs(failures?: readonly unknown[]): readonly number[];
  /** When a search is given up, in milliseconds from its start. */
  readonly deadlineMs: number;
}

/** What failed lookups may take beyond the patience. */
const failedLookupsMs = 5_000;

/** Waits for an almost immediate first lookup, and few later ones. */
const firstWaitsMs: readonly number[] = [250, 1_000, 3_000];
const laterWaitMs = 5_000;

/**
 * How long after it was sent an order that cannot be seen may still appear, in milliseconds.
 *
 * Whatever a request failed with, including a reset or a gateway's error, a back end may hold the request and
 * execute it later: only when its timestamp has expired can it no longer be executed. A clock that is ahead of the
 * exchange's keeps it valid for that much longer. The exceptions are an id that is never executed twice, since a
 * late request then does no harm; an answer of the exchange's own or of a limiter, 429 or 418, which replaces the
 * request; and a venue that promises a shorter time. An id that protects among open orders is no exception: the
 * first order may be filled by then.
 */
export function latestAppearanceMs(venue: Venue, failures: readonly unknown[] = []): number {
  const { idProtects, idWindowMs = 0, requestValidForMs, visibleWithinMs } = venue;
  const harmless = idProtects === 'for-ever' || (idProtects === 'window' && idWindowMs > requestValidForMs);
  return harmless || (failures.length > 0 && failures.every(isDone))
    ? visibleWithinMs
    : requestValidForMs + visibleWithinMs + clockAheadOf(venue);
}

/** How much the patience may grow: if a clock is further ahead than requests are valid, they are refused. */
function mayGrowMs({ clockAheadMs, requestValidForMs }: Venue): number {
  return typeof clockAheadMs === 'function' ? Math.max(0, requestValidForMs - clockAheadMs()) : 0;
}

function clockAheadOf({ clockAheadMs = 0 }: Venue): number {
  return Math.max(0, typeof clockAheadMs === 'function' ? clockAheadMs() : clockAheadMs);
}

/** The patience of an order safety: its own `settleMs`, or what its venue needs. */
export function patienceOf(safety: {
  readonly settleMs?: number | readonly number[] | undefined;
  readonly reconcileDeadlineMs?: number | undefined;
  readonly venue?: Venue | undefined;
}): Patience {
  const { settleMs, venue = weexVenues.contract } = safety;
  const settle = settleMs === undefined ? undefined : [settleMs].flat();
  const longestMs = settle ? sum(settle) : latestAppearanceMs(venue);
  return {
    waitsMs: (failures) => settle ?? spreadLookups(latestAppearanceMs(venue, failures)),
    deadlineMs: safety.reconcileDeadlineMs ?? longestMs + mayGrowMs(venue) + failedLookupsMs,
  };
}

/** Spreads lookups over a time: soon at first, since most orders are seen at once, and one at its very end. */
export function spreadLookups(totalMs: number): number[] {
  const waits: number[] = [];
  let leftMs = totalMs;
  while (leftMs > 0) {
    const wait = Math.min(leftMs, firstWaitsMs[waits.length] ?? laterWaitMs);
    waits.push(wait);
    leftMs -= wait;
  }
  return waits.length > 0 ? waits : [0];
}

/** The rest of a list of waits after some of the time has already passed. */
export function shorten(waitsMs: readonly number[], waitedMs: number): readonly number[] {
  if (!(waitedMs > 0)) return waitsMs;
  let leftMs = waitedMs;
  const waits = waitsMs.map((wait) => {
    const used = Math.min(wait, leftMs);
    leftMs -= used;
    return wait - used;
  });
  const firstIndex = waits.findIndex((wait) => wait > 0);
  return firstIndex === -1 ? [0] : waits.slice(firstIndex);
}

/** The sum of a list of waits. */
export function sum(waitsMs: readonly number[]): number {
  return waitsMs.reduce((total, wait) => total + wait, 0);
}

/** Statuses of a limiter, which answers instead of passing a request on. */
const limited: ReadonlySet<unknown> = new Set([418, 429]);

/** Whether the request is over. */
function isDone(error: unknown): boolean {
  if (!isWEEXError(error)) return false;
  return error.executionStatus === 'not-executed' || limited.has(error.context['status']);
}
