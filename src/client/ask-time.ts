import { WEEXRateLimitError } from '../errors/index.js';
import type { PolicyRegistry } from '../policies/policy-registry.js';
import type { Endpoint, Market } from './endpoint.js';

/** A limit refused the request for the time of the exchange, so the write that needed it was not sent. */
export class TimeRefusedError extends WEEXRateLimitError {}

/**
 * Requests the time of the exchange under the policy of the market's public data, ahead of all waiting calls: it has a
 * weight like any other request, and one request too many causes a ban for everyone.
 *
 * @throws TimeRefusedError with the time until the market may be asked again, if a limit refuses the request.
 */
export async function askTime(
  registry: PolicyRegistry,
  market: Market,
  { effect, weight }: Endpoint,
  ask: () => Promise<number>,
): Promise<number> {
  // Not the policy's return value: a fallback set by the program would not be a time.
  let time: number | undefined;
  let refused: unknown;
  const end = new AbortController();
  const work = async (): Promise<void> => {
    try {
      time = await ask();
    } catch (error) {
      refused = error;
      // One request is enough: the next caller that needs the time requests it again.
      end.abort(error);
      throw error;
    }
  };
  const operation = `${market}.getServerTime`;
  const policy = registry.get(`${market}.market`);
  try {
    await policy.execute(work, { operation, priority: 'critical', cost: weight, effect, signal: end.signal });
  } catch (error) {
    if (!(refused instanceof WEEXRateLimitError)) throw error;
    const { activeForMs } = policy.snapshot().coolDown ?? {};
    const retryAfter = activeForMs === undefined ? refused.retryAfter : activeForMs / 1_000;
    throw new TimeRefusedError(
      `A limit refuses the request for the time of the ${market} market, which a write needs`,
      { code: refused.code, retryAfter, executionStatus: 'not-executed', cause: error },
    );
  }
  if (time === undefined) throw new Error('The server time was not requested');
  return time;
}
