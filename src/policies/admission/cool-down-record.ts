import { coolDownEvents, type EventPlace } from '../events/cool-down-events.js';
import type { CoolDownCause } from './cool-down-types.js';

/** Why a cool-down stops or slows calls, and since when; publishes its events. */
export class CoolDownRecord {
  readonly #place: EventPlace;
  #cause: CoolDownCause = { error: undefined, policy: '' };
  #since = 0;
  /** Slowing down alone is not a cool-down. */
  #hasStopped = false;

  constructor(place: EventPlace) {
    this.#place = place;
  }

  /** The rate-limit answer that last activated it. */
  get error(): unknown {
    return this.#cause.error;
  }

  /** Calls have to wait for so long. */
  stopped(forMs: number, cause: CoolDownCause, wasIdle: boolean, now: number): void {
    if (wasIdle) this.#since = now;
    this.#hasStopped = true;
    this.#cause = cause;
    coolDownEvents.entered({ ...cause, delayMs: forMs }, this.#place, now);
  }

  /** Calls are let through at a lower rate. */
  slowed(cause: CoolDownCause, now: number): void {
    this.#since = now;
    this.#cause = cause;
  }

  ended(now: number): void {
    if (!this.#hasStopped) return;
    this.#hasStopped = false;
    coolDownEvents.left({ policy: this.#cause.policy, lastedMs: now - this.#since }, this.#place, now);
  }
}
