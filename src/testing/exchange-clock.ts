/** Where a simulated exchange takes its time from; the clock of the policies and {@link FakeClock} fit. */
export interface ExchangeClock {
  /** Milliseconds since 1970, if clients sign by the time of day. */
  now(): number;
  setTimeout(fn: () => void, ms: number): unknown;
  clearTimeout(handle: unknown): void;
}

/** The clock of the machine. */
export const systemClock: ExchangeClock = {
  now: () => Date.now(),
  setTimeout: (fn, ms) => setTimeout(fn, ms),
  clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
};
