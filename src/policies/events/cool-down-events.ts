import type { Clock } from '../../core/time/clock.js';
import { channels } from '../../observability/channels.js';
import type { CoolDownEntered, CoolDownLeft } from '../../observability/events.js';
import { epochTime } from '../../core/time/monotonic-clock.js';

/** Where a cool-down applies. */
export interface EventPlace {
  readonly clock: Clock;
  readonly scope: string;
  /** The registry; `undefined` outside any. */
  readonly origin: object | undefined;
}

/** Publishes the changes of a cool-down, if there is a listener. */
export const coolDownEvents = {
  entered(
    facts: Omit<CoolDownEntered, 'at' | 'scope' | 'type'>,
    { clock, origin, scope }: EventPlace,
    now: number,
  ): void {
    if (!channels.coolDownEntered.hasSubscribers) return;
    channels.coolDownEntered.publish({ at: epochTime(clock, now), scope, ...facts }, origin);
  },

  left(
    facts: Omit<CoolDownLeft, 'at' | 'scope' | 'type'>,
    { clock, origin, scope }: EventPlace,
    now: number,
  ): void {
    if (!channels.coolDownLeft.hasSubscribers) return;
    channels.coolDownLeft.publish({ at: epochTime(clock, now), scope, ...facts }, origin);
  },
};
