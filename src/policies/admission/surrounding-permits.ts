import type { CallContext } from '../../core/context/call-context.js';
import type { Admission } from './admission.js';
import type { AdmissionQueue } from './admission-queue.js';
import type { Circuit } from '../circuit-breaker/circuit.js';
import { Permit } from './permit.js';
import type { PolicyCoolDown } from './policy-cool-down.js';

/** The context of an attempt under a policy of this library. */
export interface PermitContext extends CallContext {
  readonly permit: Permit | undefined;
  /** The attempt inside which the call was made, even if its options do not name it. */
  readonly within: CallContext | undefined;
}

/**
 * Prepares a call that is made inside others for admission. Returns the permit whose slot it shares, if one of them
 * runs under the same policy. The windows of what the outer calls took from the rate limit start now: otherwise they
 * would hold it while this call waits for it.
 */
export function joinSurroundingPermits(
  within: CallContext,
  queue: AdmissionQueue,
  { limiter }: Admission,
  now: number,
): Permit | undefined {
  let sharing: Permit | undefined;
  findPermit(within, (permit) => {
    if (limiter && permit.allowance?.limiter === limiter) permit.settleEarly(now);
    const holder = permit.host ?? permit;
    if (permit.admission.queue === queue && holder.sharers > 0) sharing ??= holder;
    return false;
  });
  return sharing;
}

/** Whether a call is part of a trial of this circuit. */
export function isInTrial(within: CallContext | undefined, circuit: Circuit | undefined): boolean {
  if (!within || !circuit) return false;
  return findPermit(within, (permit) => permit.isTrialOf(circuit));
}

/** Whether a call is part of the probe of this cool-down. */
export function isInProbe(within: CallContext | undefined, coolDown: PolicyCoolDown | undefined): boolean {
  if (!within || !coolDown) return false;
  return findPermit(
    within,
    ({ coolDownPermit }) => coolDownPermit !== undefined && coolDown.isProbedBy(coolDownPermit),
  );
}

/** Whether a call is part of the probe of any cool-down: a single request shows whether a ban is over. */
export function isProbing(within: CallContext | undefined): boolean {
  if (!within) return false;
  return findPermit(
    within,
    ({ coolDownPermit }) => coolDownPermit?.coolDown.isProbe(coolDownPermit) === true,
  );
}

/** Whether a condition holds for any permit around a call, from the innermost outwards. */
function findPermit(within: CallContext, holds: (permit: Permit) => boolean): boolean {
  let context: CallContext | undefined = within;
  while (context) {
    if (!isPermitContext(context)) context = context.outer;
    else {
      const { permit }: PermitContext = context;
      if (permit instanceof Permit && holds(permit)) return true;
      context = context.within;
    }
  }
  return false;
}

function isPermitContext(context: CallContext): context is PermitContext {
  return 'permit' in context;
}
