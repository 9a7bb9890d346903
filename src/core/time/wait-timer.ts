import type { Clock } from './clock.js';

const longestMs = 2 ** 31 - 1;

/** A timer that runs at most once at a time. */
export class WaitTimer {
  readonly #clock: Clock;
  readonly #onTime: (now: number) => void;
  #timer: unknown;

  constructor(clock: Clock, onTime: (now: number) => void) {
    this.#clock = clock;
    this.#onTime = onTime;
  }

  get isRunning(): boolean {
    return this.#timer !== undefined;
  }

  /** Starts it anew. `'wait'`: calls only wait until then. */
  start(ms: number, purpose: 'wait' | undefined): void {
    this.stop();
    this.#timer = this.#clock.setTimeout(
      () => {
        this.#timer = undefined;
        this.#onTime(this.#clock.now());
      },
      Math.min(ms, longestMs),
      purpose,
    );
  }

  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
