import type { Clock } from './clock.js';
import { monotonicClock } from './monotonic-clock.js';

const byClock: WeakMap<Clock, Clock> = new WeakMap();

/** A clock as policies use it: if it is set back, time stands still for a moment and goes on from there. */
export function steadyClock(clock: Clock): Clock {
  if (clock === monotonicClock) return clock;
  let steady = byClock.get(clock);
  if (!steady) byClock.set(clock, (steady = steadied(clock)));
  return steady;
}

function steadied(clock: Clock): Clock {
  let last = -Infinity;
  let offset = 0;
  return {
    now: () => {
      const told = clock.now() + offset;
      if (told < last) offset += last - told;
      else last = told;
      return last;
    },
    setTimeout: (fn, ms, purpose) => clock.setTimeout(fn, ms, purpose),
    clearTimeout: (handle) => clock.clearTimeout(handle),
  };
}
