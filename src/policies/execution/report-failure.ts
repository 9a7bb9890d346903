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
  if (kind === 'rate-limit') {
    if (!coolDown?.isAlone(now)) lowerLimit(policy, failure, now);
    permit?.spendNothing();
  }
  if (!coolDown) return undefined;
  const coolsDown = beginCoolDown(policy, failure, probe, now);
  const isSilent = kind === 'network' || kind === 'timeout';
  permit?.settleCoolDown(isSilent ? 'nothing' : 'answered', now);
  return coolsDown ? coolDown.activeForMs(now) : undefined;
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

function beginCoolDown(
  { admission: { coolDown, limiter }, ownCoolDown, name }: CompiledPolicy,
  { error, rule, ...sent }: Failure,
  permit: CoolDownPermit | undefined,
  now: number,
): boolean {
  const coolsDown = ownCoolDown ? rule?.coolDown === true : rule?.own?.coolDown === true;
  if (!coolsDown || !coolDown) return false;
  const answer = readRateLimitAnswer(error, coolDown, limiter, sent, now);
  if (coolDown.refuse(answer, permit, { error, policy: name }, now)) limiter?.blameOthers(now);
  return true;
}
