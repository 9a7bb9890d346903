import { rememberedSeconds, type SecondCounts } from './second-counts.js';
import { TopCounts } from './top-counts.js';

/** Many errors in a short time. Times in milliseconds since 1970. */
export interface Burst {
  readonly startedAtMs: number;
  /** Absent while the burst goes on. */
  readonly endedAtMs?: number;
  readonly errors: number;
  readonly peakPerSecond: number;
  /** The most frequent pattern in it. */
  readonly pattern: string;
}

interface OpenBurst {
  readonly startedAtMs: number;
  readonly threshold: number;
  readonly patterns: TopCounts;
  lastAtMs: number;
  errors: number;
  peakPerSecond: number;
}

const windowSeconds = 10;
const minimumErrors = 10;
const timesUsual = 5;
const keptBursts = 10;

/**
 * Finds bursts: at least 10 errors within 10 seconds, and at least 5 times as many as in the usual 10 seconds of
 * the fifteen minutes before. A burst ends with the last error before a period of 10 seconds with less than half of
 * the errors that started it.
 */
export class BurstDetector {
  #past: Burst[] = [];
  #open: OpenBurst | undefined;
  #second = -1;
  #inWindow = 0;
  #threshold = minimumErrors;

  /** Examines an error that `counts` already includes. */
  record(nowMs: number, pattern: string, counts: SecondCounts): void {
    const second = Math.floor(nowMs / 1000);
    if (second === this.#second) this.#inWindow += 1;
    else this.#look(nowMs, second, counts);
    if (!this.#open && this.#inWindow >= this.#threshold) {
      const startedAtMs = counts.earliest(windowSeconds, nowMs);
      this.#open = {
        startedAtMs,
        lastAtMs: nowMs,
        errors: this.#inWindow - 1,
        peakPerSecond: 0,
        threshold: this.#threshold,
        patterns: new TopCounts(8),
      };
    }
    if (!this.#open) return;
    this.#open.errors += 1;
    this.#open.lastAtMs = nowMs;
    this.#open.peakPerSecond = Math.max(this.#open.peakPerSecond, counts.last(1, nowMs));
    this.#open.patterns.add(pattern, nowMs, false);
  }

  /** The last ten, oldest first; a current burst has no end. */
  bursts(nowMs: number): Burst[] {
    this.#endIfSilent(nowMs);
    const all = this.#open ? [...this.#past, asBurst(this.#open)] : this.#past;
    return all.slice(-keptBursts);
  }

  /** Replaces everything with these bursts; one that was in progress has ended at `lastErrorMs`. */
  restore(bursts: readonly Burst[], lastErrorMs: number): void {
    this.#past = bursts
      .slice(-keptBursts)
      .map((burst) => ({ ...burst, endedAtMs: burst.endedAtMs ?? lastErrorMs }));
    this.#open = undefined;
    this.#second = -1;
  }

  /** A new second: compares the last ten with those before. */
  #look(nowMs: number, second: number, counts: SecondCounts): void {
    this.#second = second;
    this.#inWindow = counts.last(windowSeconds, nowMs);
    const before = counts.last(rememberedSeconds, nowMs) - this.#inWindow;
    const usual = (before * windowSeconds) / (rememberedSeconds - windowSeconds);
    this.#threshold = Math.max(minimumErrors, timesUsual * usual);
    this.#endIfSilent(nowMs);
    if (this.#open && this.#inWindow < this.#open.threshold / 2) this.#end(this.#open);
  }

  #endIfSilent(nowMs: number): void {
    if (this.#open && nowMs - this.#open.lastAtMs > windowSeconds * 1000) this.#end(this.#open);
  }

  #end(burst: OpenBurst): void {
    this.#past = [...this.#past, asBurst(burst, burst.lastAtMs)].slice(-keptBursts);
    this.#open = undefined;
  }
}

function asBurst(burst: OpenBurst, endedAtMs?: number): Burst {
  const { startedAtMs, errors, peakPerSecond, patterns } = burst;
  const pattern = patterns.top(1)[0]?.key ?? '';
  return { startedAtMs, errors, peakPerSecond, pattern, ...(endedAtMs === undefined ? {} : { endedAtMs }) };
}
