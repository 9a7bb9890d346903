import { isAssumedWait } from '../../errors/assumed-wait.js';
import { isWEEXError } from '../../errors/index.js';
import type { CoolDown } from './cool-down.js';
import type { RateLimiter } from '../rate-limit/rate-limiter.js';
import { documentedBanMs, type RateLimitRefusal } from './refusal-memory.js';

/** What a refusal says to a cool-down, and to which: its own or the one that it is within. */
interface AddressedRefusal {
  readonly refusal: RateLimitRefusal;
  readonly target: CoolDown;
  /** It is taken for a ban that others have caused: the headers left room for the own calls. */
  readonly isByOthers: boolean;
}

/**
 * Reads a rate-limit answer: a limit whose counter is used up cools down for as long as the answer says; without a
 * Retry-After, and where the counters show room, it may be no ban.
 */
export function readRateLimitAnswer(
  error: unknown,
  coolDown: CoolDown,
  limiter: RateLimiter | undefined,
  { isProbe, startedAt }: Pick<RateLimitRefusal, 'isProbe' | 'startedAt'>,
  now: number,
): AddressedRefusal {
  const known = isWEEXError(error) ? error : undefined;
  const limit = known?.kind === 'rate-limit' ? known : undefined;
  const { limitType, requestCount, requestLimit } = limit ?? {};
  const isCounted = requestCount !== undefined && requestLimit !== undefined;
  const isTold = known?.retryAfterMs !== undefined && !isAssumedWait(known);
  // For how long the window is used up is for the limiter to count: the cool-down waits for the ban.
  const forMs = isTold ? known.retryAfterMs : documentedBanMs;
  const hasRoom = isCounted ? requestCount < requestLimit : limiter?.hasShownRoom(now, false) === true;
  // The first of several may as well be the ban that others on the address have caused.
  const mayBeBan =
    !isCounted &&
    coolDown.isIdle &&
    !coolDown.isProvenSoft(now) &&
    limiter?.hasShownRoom(now, true) === false;
  // The counter of the address stops whatever is sent from there; so does its ban, which other answers make longer.
  const isOfBan = isTold && !isCounted && (coolDown.outer?.activeForMs(now) ?? 0) > 0;
  const isOfAddress = isOfBan || (isCounted && !hasRoom && limitType?.startsWith('weight') === true);
  // Where the exchange says that it bans, room in the counters means nothing.
  const isBan = known?.context['status'] === 418;
  const isUntold = limit !== undefined && !isTold && !isBan && hasRoom;
  return {
    refusal: { forMs, isTold, soft: isUntold && !mayBeBan, isProbe, startedAt },
    target: isOfAddress ? (coolDown.outer ?? coolDown) : coolDown,
    isByOthers: isUntold && mayBeBan,
  };
}
