import { type Clock, systemClock } from '../core/time/clock.js';
import {
  hasMethods,
  longestMs,
  number,
  option,
  type OptionRules,
  optionTable,
  orFalse,
} from '../core/options/option-table.js';
import { quietly } from './event-channel.js';
import type { LogLevel, StructuredLogger } from './structured-logger.js';

/** How many lines a storm may write. */
export interface LogSampling {
  /** How many lines of one kind are written in a window before the rest are counted. From 1, default 5. */
  readonly burst?: number | undefined;
  /** How long a window lasts, in milliseconds, from 1 to 2^31 − 1. Default 10 000. */
  readonly windowMs?: number | undefined;
}

/** Options of `logErrors` and `logEvents`. */
export interface LogOptions {
  /** `false` writes every line. */
  readonly sampling?: LogSampling | false | undefined;
  /** The clock. Default: the system clock. */
  readonly clock?: Clock | undefined;
}

/** A line for the log. */
export interface LogLine {
  readonly level: LogLevel;
  readonly record: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** The rules for the options. */
export const logRules: OptionRules<LogOptions> = {
  sampling: orFalse(
    optionTable<LogSampling>({
      burst: number(1, Number.MAX_SAFE_INTEGER, true),
      windowMs: number(1, longestMs, false),
    }),
  ),
  clock: option(
    'a clock with the methods now, setTimeout and clearTimeout',
    hasMethods('now', 'setTimeout', 'clearTimeout'),
  ),
};

interface Window {
  readonly startedAt: number;
  written: number;
  suppressed: number;
  last: LogLine;
  timer?: unknown;
}

const mostWindows = 100;

const machineClock: Clock = {
  ...systemClock,
  // A pending log line does not keep the program alive.
  setTimeout: (fn, ms) => setTimeout(fn, ms).unref(),
};

/**
 * Writes the first lines of each kind and counts the rest: when the window is over, one line of the same kind says
 * how many more there were. Beyond a hundred kinds at a time the others share one window.
 */
export class LogSampler {
  readonly #logger: StructuredLogger;
  readonly #clock: Clock;
  readonly #burst: number;
  readonly #windowMs: number;
  readonly #windows = new Map<string, Window>();

  /** Options are checked by the caller. */
  constructor(logger: StructuredLogger, { sampling = {}, clock = machineClock }: LogOptions) {
    const { burst = 5, windowMs = 10_000 } = sampling || { burst: Number.POSITIVE_INFINITY };
    this.#logger = logger;
    this.#clock = clock;
    this.#burst = burst;
    this.#windowMs = windowMs;
  }

  /** Writes a line, or counts it if enough of this kind were written. */
  write(kind: string, line: LogLine): void {
    if (this.#burst === Number.POSITIVE_INFINITY) {
      this.#put(line);
      return;
    }
    const now = this.#clock.now();
    const known = this.#windows.has(kind) || this.#hasRoom(now) ? kind : '';
    let window = this.#windows.get(known);
    if (!window || this.#isOver(window, now)) {
      if (window) this.#close(known, window);
      window = { startedAt: now, written: 0, suppressed: 0, last: line };
      this.#windows.set(known, window);
    }
    if (window.written < this.#burst) {
      window.written += 1;
      this.#put(line);
      return;
    }
    window.suppressed += 1;
    window.last = line;
    const open = window;
    window.timer ??= this.#clock.setTimeout(
      () => this.#close(known, open),
      this.#windowMs - (now - window.startedAt),
    );
  }

  /** Writes what was counted and forgets everything. */
  flush(): void {
    for (const [kind, window] of this.#windows) this.#close(kind, window);
  }

  /** A window that is over is no longer needed, so a new kind may take its place. */
  #hasRoom(now: number): boolean {
    if (this.#windows.size < mostWindows) return true;
    for (const [kind, window] of this.#windows) if (this.#isOver(window, now)) this.#close(kind, window);
    return this.#windows.size < mostWindows;
  }

  /** Also if the clock was set back: otherwise the window would last until the clock has caught up. */
  #isOver({ startedAt }: Window, now: number): boolean {
    return now >= startedAt + this.#windowMs || now < startedAt;
  }

  #close(kind: string, { suppressed, last, timer }: Window): void {
    this.#windows.delete(kind);
    if (timer !== undefined) this.#clock.clearTimeout(timer);
    if (suppressed === 0) return;
    const { level, record, message } = last;
    this.#put({
      level,
      record: { ...record, suppressed, windowMs: this.#windowMs },
      message: `${message} (${suppressed} more in ${this.#windowMs} ms)`,
    });
  }

  #put({ level, record, message }: LogLine): void {
    const method = level === 'info' && typeof this.#logger.info !== 'function' ? 'warn' : level;
    quietly(() => this.#logger[method]?.(record, message));
  }
}
