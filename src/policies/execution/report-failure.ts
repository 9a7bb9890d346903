import { isWEEXError } from '../../errors/index.js';
import { channels } from '../../observability/channels.js';
import type { Attempt } from './attempt.js';
import { decidingError } from '../rules/deciding-error.js';
import type { ExecuteOptions } from '../options/execute-options.js';
import type { FoundRule } from '../rules/error-rules.js';
import type { CoolDownPermit } from '../admission/cool-down-types.js';
import { matchesClass } from '../rules/matches-class.js';
import { epochTime } from '../../core/time/monotonic-clock.js';
import type { CompiledPolicy } from './compiled-policy.js';
import { readRateLimitAnswer } from '../admission/rate-limit-answer.js';

/** How an attempt failed. */
interface Failure {
  /** The deciding error. */
  readonly error: unknown;
  readonly rule: FoundRule | undefined;
  readonly startedAt: number;
  /** Whether the attempt was the probe of the cool-down. */
  readonly isProbe: boolean;
}

/**
 * Reports a failure to the circuit and the cool-down, once; a late answer still says how long to wait. Returns the
 * remaining milliseconds of the cool-down that the error calls for, if any.
 */
export function reportFailure(
  execution: { readonly policy: CompiledPolicy; readonly options: ExecuteOptions },
  attempt: Attempt,
  thrown: unknown,
  now: number,
): number | undefined {
  const { policy } = execution;
  const { permit, startedAt = now } = attempt;
  const error = decidingError(execution, attempt, thrown);
  const { coolDown } = policy.admission;
  const probe = permit?.coolDownPermit;
  const isProbe = probe?.coolDown.isProbe(probe) === true;
  const failure: Failure = { error, rule: policy.rules.find(error), startedAt, isProbe };
  permit?.fail(counts(policy, failure), error, attempt.startedAt, now);
  const { kind } = isWEEXError(error) ? error : { kind: undefined };
  const cooling = beginCoolDown(policy, failure, probe, now);
  if (kind === 'rate-limit') {
    permit?.spendNothing();
    // A refusal that may pass by itself, or concerns this policy alone, says nothing about the limit.
    if (cooling !== 'soft') lowerLimit(policy, failure, now);
  }
  if (!coolDown) return undefined;
  const isSilent = kind === 'network' || kind === 'timeout';
  permit?.settleCoolDown(isSilent ? 'nothing' : 'answered', now);
  return cooling && coolDown.activeForMs(now);
}

/** Whether the error counts as a failure of the exchange. */
function counts({ breakerOn, attemptTimeoutMs }: CompiledPolicy, { error, rule }: Failure): boolean {
  const isNamed = breakerOn ? matchesClass(breakerOn, error) : rule?.circuitBreaker === true;
  // A deadline that cuts a later attempt short says nothing about the exchange.
  const isCutShort =
    attemptTimeoutMs !== undefined &&
    isWEEXError(error) &&
    error.kind === 'timeout' &&
    error.scope === 'deadline';
  return isNamed && !isCutShort;
}

function lowerLimit(
  { admission, clock, name, origin }: CompiledPolicy,
  { error, startedAt }: Failure,
  now: number,
): void {
  const lowered = admission.limiter?.refused(startedAt, now);
  if (!lowered || !channels.limitAdapted.hasSubscribers) return;
  channels.limitAdapted.publish({ at: epochTime(clock, now), policy: name, ...lowered, error }, origin);
}

/** Tells the cool-down, if the error concerns it; returns whether that takes it for a ban of the scope. */
function beginCoolDown(
  { admission: { coolDown, limiter }, ownCoolDown, name }: CompiledPolicy,
  { error, rule, ...sent }: Failure,
  permit: CoolDownPermit | undefined,
  now: number,
): 'ban' | 'soft' | undefined {
  const coolsDown = ownCoolDown ? rule?.coolDown === true : rule?.own?.coolDown === true;
  if (!coolsDown || !coolDown) return undefined;
  const answer = readRateLimitAnswer(error, coolDown, limiter, sent, now);
  const isBan = coolDown.refuse(answer, permit, { error, policy: name }, now);
  if (isBan) limiter?.blameOthers(now);
  return (answer.refusal.soft && !isBan) || coolDown.isAlone(now) ? 'soft' : 'ban';
}
