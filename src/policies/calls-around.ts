import type { CallContext } from '../context/call-context.js';
import { Attempt, InnerAttempt } from './attempt.js';
import type { Circuit } from './circuit.js';
import type { CoolDown } from './cool-down.js';
import type { Plan } from './plan.js';
import { type Holder, settlePermits } from './slots.js';

/**
 * Prepares a call that is made inside of others for admission. Returns the holder of the slot that it shares, where
 * one of them runs under the same policy. What they took from the rate limit is counted from now on: they would hold
 * it for as long as this call waits for the same.
 */
export function joinCallsAround(
  within: CallContext,
  { admission, limiter }: Plan,
  now: number,
): Holder | undefined {
  let sharing: Holder | undefined;
  findAround(within, (attempt) => {
    if (limiter && attempt.limiter === limiter) settlePermits(attempt, now);
    const holder = attempt.host ?? attempt;
    if (attempt.plan.admission === admission && holder.sharers > 0) sharing ??= holder;
    return false;
  });
  return sharing;
}

/** Whether a call is part of a trial of this circuit. */
export function isInTrial(within: CallContext | undefined, circuit: Circuit | undefined): boolean {
  if (!within || !circuit) return false;
  return findAround(within, ({ ticket }) => ticket !== undefined && circuit.isTrial(ticket));
}

/** Whether a call is part of the probe of this gate. */
export function isInProbe(within: CallContext | undefined, gate: CoolDown | undefined): boolean {
  if (!within || !gate) return false;
  return findAround(
    within,
    ({ plan, pass }) => plan.gate === gate && pass !== undefined && gate.isProbe(pass),
  );
}

/** Whether something holds for an attempt around a call, from the one that it was made in outwards. */
function findAround(within: CallContext, holds: (attempt: Attempt) => boolean): boolean {
  let context: CallContext | undefined = within;
  while (context) {
    if (!(context instanceof Attempt) && !(context instanceof InnerAttempt)) context = context.outer;
    else {
      const { self }: { readonly self: Attempt } = context;
      if (holds(self)) return true;
      context = self.within;
    }
  }
  return false;
}
