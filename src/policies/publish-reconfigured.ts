import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../core/time/clock.js';
import { channels } from '../observability/channels.js';
import { epochTime } from '../core/time/monotonic-clock.js';
import type { PolicyOptions } from './options/policy-options.js';

/** Publishes which options of a policy changed. */
export function publishReconfigured(
  policy: {
    readonly name: string;
    readonly clock: Clock;
    readonly origin: object | undefined;
    readonly options: PolicyOptions;
  },
  previous: PolicyOptions,
  now: number,
): void {
  if (!channels.policyReconfigured.hasSubscribers) return;
  const { name, clock, origin, options } = policy;
  const names = Object.keys({ ...previous, ...options }) as (keyof PolicyOptions)[];
  const changed = names.filter((option) => !isDeepStrictEqual(previous[option], options[option]));
  channels.policyReconfigured.publish({ at: epochTime(clock, now), policy: name, changed }, origin);
}
