import type { PolicyRegistry } from '../policies/policy-registry.js';
import type { Endpoint, Market } from './endpoint.js';

/**
 * Requests the time of the exchange under the policy of the market's public data, ahead of all waiting calls: it
 * has a weight like any other request, and one too many causes a ban for all.
 */
export async function askTime(
  registry: PolicyRegistry,
  market: Market,
  { effect, weight }: Endpoint,
  ask: () => Promise<number>,
): Promise<number> {
  // Not what the policy returns: a fallback of the program would not be a time.
  let told: number | undefined;
  const end = new AbortController();
  const work = async (): Promise<void> => {
    try {
      told = await ask();
    } catch (error) {
      // One request is enough: the next caller that needs the time requests it again.
      end.abort(error);
      throw error;
    }
  };
  const operation = `${market}.getServerTime`;
  await registry
    .get(`${market}.market`)
    .execute(work, { operation, priority: 'critical', cost: weight, effect, signal: end.signal });
  if (told === undefined) throw new Error('The server time was not requested');
  return told;
}
