import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createPolicy, Resilient } from '../../../src/index.js';
import { WeexClient } from '../../../src/client/index.js';
import { type RehearsalContext, type RehearsalScenario, rehearse } from '../../../src/testing/index.js';
import { createSender } from './signed-sender.js';

/** The first cancels are answered with 503, and nothing else goes wrong. */
const unwell = (count: number): RehearsalScenario => ({
  name: 'cancels are refused',
  faults: [{ kind: 'respond', status: 503, endpoint: 'cancelAllOrders', count }],
});

const cancelAll = ({ axios, exchange }: RehearsalContext): Promise<unknown> =>
  createSender(axios, exchange.credentials)('DELETE', '/api/v3/openOrders', { symbol: 'BTCUSDT' });

/** Cancels, again after each failure, with a pause between. */
const cancelUntilAnswered =
  (pauseMs: number) =>
  async (context: RehearsalContext): Promise<void> => {
    while (
      !(await cancelAll(context).then(
        () => true,
        () => false,
      ))
    )
      await wait(pauseMs);
  };

describe('cancels answer in time', () => {
  it('counts the retries of a program without policies as one cancel', async () => {
    const { cancels, failure } = await rehearse({ scenario: unwell(4), run: cancelUntilAnswered(30_000) });
    expect(failure).toMatchObject({ invariant: 'cancels answer in time', events: 3 });
    expect(cancels).toHaveLength(1);
    expect(cancels[0]?.durationMs).toBeGreaterThan(120_000);
  });

  it('passes if the answer comes in time', async () => {
    const { cancels, failure } = await rehearse({ scenario: unwell(2), run: cancelUntilAnswered(30_000) });
    expect(failure).toBeUndefined();
    expect(cancels).toHaveLength(1);
  });

  it('counts a cancel after an answer, or long after a failure, as another one', async () => {
    const { cancels } = await rehearse({
      scenario: unwell(1),
      async run(context) {
        await cancelAll(context).catch(() => undefined);
        await wait(61_000);
        await cancelAll(context);
        await cancelAll(context);
      },
    });
    expect(cancels.map(({ operation }) => operation)).toEqual(Array(3).fill('spot.cancelAllOrders'));
    expect(Math.max(...cancels.map(({ durationMs }) => durationMs))).toBeLessThan(10_000);
  });

  it('counts a cancel of the client, or of a decorated method, once', async () => {
    const { cancels } = await rehearse({
      scenario: unwell(1),
      async run(context) {
        class Quotes {
          @Resilient(createPolicy({ name: 'quotes', effect: 'read', retry: { maxRetries: 3 } }))
          cancelOrders(): Promise<unknown> {
            return cancelAll(context);
          }
        }
        await new Quotes().cancelOrders().catch(() => undefined);
        const { credentials, url } = context.exchange;
        const client = new WeexClient({ ...credentials, baseUrls: { spot: url, contract: url } });
        await client.spot.cancelAllOrders('BTCUSDT').catch(() => undefined);
        await client.close();
      },
    });
    expect(cancels.map(({ operation }) => operation)).toEqual([
      'Quotes.cancelOrders',
      'spot.cancelAllOrders',
    ]);
  });
});
