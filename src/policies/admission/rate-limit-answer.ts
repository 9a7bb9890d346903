import { isAssumedWait } from '../../errors/assumed-wait.js';
import { isWEEXError } from '../../errors/index.js';
import type { CoolDown } from './cool-down.js';
import type { PolicyCoolDown } from './policy-cool-down.js';
import type { RateLimiter } from '../rate-limit/rate-limiter.js';
import { documentedBanMs, type RateLimitRefusal } from './refusal-memory.js';

/** A refusal with what it says about whom it concerns. */
export interface AddressedRefusal {
  readonly refusal: RateLimitRefusal;
  /** The cool-down of the address, if it concerns that one. */
  readonly ofAddress: CoolDown | undefined;
}

/**
 * Reads a rate-limit answer. If its counter is used up, the cool-down lasts as long as the answer says; without a
 * Retry-After, and if the counters show room, it may not be a ban.
 */
export function readRateLimitAnswer(
  error: unknown,
  { shared: coolDown }: PolicyCoolDown,
  limiter: RateLimiter | undefined,
  { isProbe, startedAt }: Pick<RateLimitRefusal, 'isProbe' | 'startedAt'>,
  now: number,
): AddressedRefusal {
  const known = isWEEXError(error) ? error : undefined;
  const limit = known?.kind === 'rate-limit' ? known : undefined;
  const { limitType, requestCount, requestLimit } = limit ?? {};
  const isCounted = requestCount !== undefined && requestLimit !== undefined;
  const isTold = known?.retryAfterMs !== undefined && !isAssumedWait(known);
  // The limiter counts how long the window is used up; the cool-down waits for the end of the ban.
  const forMs = isTold ? known.retryAfterMs : documentedBanMs;
  const hasRoom = isCounted ? requestCount < requestLimit : limiter?.hasRoom(now) === true;
  // A used-up counter of the address stops everything sent from it; so does its ban, which further requests extend.
  const isOfBan = isTold && !isCounted && (coolDown.outer?.activeForMs(now) ?? 0) > 0;
  const isOfAddress = isOfBan || (isCounted && !hasRoom && limitType?.startsWith('weight') === true);
  // If the exchange says that it bans, room in the counters means nothing.
  const isBan = known?.context['status'] === 418;
  const isUntold = limit !== undefined && !isTold && !isBan && hasRoom;
  return {
    refusal: { forMs, isTold, soft: isUntold, isProbe, startedAt },
    ofAddress: isOfAddress ? (coolDown.outer ?? coolDown) : undefined,
  };
}
