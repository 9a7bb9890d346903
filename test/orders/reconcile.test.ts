import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WEEXNetworkError, WEEXOrderError, WEEXRateLimitError } from '../../src/index.js';
import { markAssumedWait } from '../../src/errors/assumed-wait.js';
import { type Finding, reconcile, type Search } from '../../src/orders/reconcile.js';
import { createFakeClock, type FakeClock } from '../../src/testing/index.js';

const order = { clientOrderId: 'a1', status: 'FILLED' };
const reset = () => new WEEXNetworkError('reset');

/** Answers lookups from a list: a value, or an error to throw; the last answer stays. */
function answering(...answers: readonly unknown[]): {
  lookUp: Search['lookUp'];
  times: number[];
  clock: FakeClock;
} {
  const clock = createFakeClock();
  const times: number[] = [];
  const lookUp = (): Promise<unknown> => {
    const answer = answers[Math.min(times.length, answers.length - 1)];
    times.push(clock.now());
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  return { lookUp, times, clock };
}

async function search(
  exchange: { lookUp: Search['lookUp']; clock: FakeClock },
  options: Partial<Search> = {},
): Promise<Finding> {
  const { clock, lookUp } = exchange;
  const found = reconcile({
    clientOrderId: 'a1',
    lookUp,
    clock,
    waitsMs: () => [250, 1_000, 3_000],
    deadlineMs: 10_000,
    ...options,
  });
  const state = { settled: false };
  void found.then(() => (state.settled = true));
  for (let step = 0; step < 100 && !state.settled; step += 1) await clock.advance(250);
  expect(clock.pendingTimers).toBe(0);
  return found;
}

describe('reconcile', () => {
  it('accepts an order that is seen, in any state, at the first lookup', async () => {
    const exchange = answering(order);
    expect(await search(exchange)).toMatchObject({ outcome: 'found', value: order });
    expect(exchange.times).toEqual([250]);
  });

  it('finds an order that appears late', async () => {
    const exchange = answering(undefined, null, order);
    expect(await search(exchange)).toMatchObject({ outcome: 'found', value: order });
    expect(exchange.times).toEqual([250, 1_250, 4_250]);
  });

  it.each([[[]], [false], [''], [0]])(
    'treats %j neither as an order nor as proof that there is none',
    async (nothing) => {
      expect(await search(answering(nothing))).toMatchObject({ outcome: 'unknown' });
      expect(await search(answering(nothing, order))).toMatchObject({ outcome: 'found', value: order });
    },
  );

  it('reports absent only when all of the patience is over', async () => {
    const exchange = answering(undefined);
    const finding = await search(exchange);
    expect(finding.outcome).toBe('absent');
    expect(exchange.times).toEqual([250, 1_250, 4_250]);
    expect(finding.lookups.map(({ result }) => result)).toEqual(['not-seen', 'not-seen', 'not-seen']);
  });

  it('treats "order does not exist" as not seen', async () => {
    const exchange = answering(new WEEXOrderError('Order does not exist', { reason: 'not-found' }));
    expect((await search(exchange)).outcome).toBe('absent');
  });

  it('treats no other refusal as not seen', async () => {
    const exchange = answering(new WEEXOrderError('Refused', { reason: 'refused' }));
    expect((await search(exchange)).outcome).toBe('unknown');
  });

  it('continues after its patience while the last lookup failed, because a failure proves nothing', async () => {
    const exchange = answering(undefined, undefined, reset(), reset(), undefined);
    const finding = await search(exchange);
    expect(finding.outcome).toBe('absent');
    expect(exchange.times).toEqual([250, 1_250, 4_250, 4_500, 5_000]);
  });

  it('waits as long as the exchange says after a refused lookup', async () => {
    const exchange = answering(new WEEXRateLimitError('Too many requests', { retryAfter: 4 }), undefined);
    await search(exchange, { waitsMs: () => [0] });
    expect(exchange.times).toEqual([0, 4_000]);
  });

  it('waits a second after a first rate-limit answer without a time, and the documented time after the next', async () => {
    const refused = (): WEEXRateLimitError => {
      const error = new WEEXRateLimitError('Too many requests', { retryAfter: 10 });
      markAssumedWait(error);
      return error;
    };
    const exchange = answering(refused(), refused(), refused(), undefined);
    await search(exchange, { waitsMs: () => [250], deadlineMs: 60_000 });
    expect(exchange.times).toEqual([250, 1_250, 11_250, 21_250]);
  });

  it('gives up at its deadline when every lookup failed', async () => {
    const exchange = answering(reset());
    const finding = await search(exchange, { deadlineMs: 6_000 });
    expect(finding.outcome).toBe('unknown');
    expect(exchange.clock.now()).toBe(6_000);
    expect(new Set(finding.lookups.map(({ result }) => result))).toEqual(new Set(['failed']));
  });

  it('gives up at its deadline when a lookup hangs, and aborts it', async () => {
    const clock = createFakeClock();
    let aborted: AbortSignal | undefined;
    const lookUp = (signal: AbortSignal) => {
      aborted = signal;
      return new Promise<never>(() => undefined);
    };
    expect(await search({ lookUp, clock })).toMatchObject({
      outcome: 'unknown',
      lookups: [{ afterMs: 10_000, result: 'failed' }],
    });
    expect(aborted?.aborted).toBe(true);
  });

  it.each(['clientOrderId', 'newClientOrderId', 'origClientOrderId', 'clientOid', 'client_oid'])(
    'does not accept an order with a different %s',
    async (field) => {
      const exchange = answering({ [field]: 'b2', orderId: '17' });
      expect((await search(exchange)).outcome).toBe('unknown');
    },
  );

  it('accepts an order that was looked up by the id of the exchange', async () => {
    const exchange = answering({ clientOrderId: 'b2', orderId: 736557215397183592n.toString() });
    const finding = await search(exchange, { clientOrderId: '736557215397183592' });
    expect(finding.outcome).toBe('found');
  });

  it('uses other evidence before it looks up', async () => {
    const exchange = answering(undefined);
    const evidence = () =>
      exchange.clock.now() >= 1_000 ? ({ outcome: 'found', value: order } as const) : undefined;
    expect(await search(exchange, { evidence })).toMatchObject({ outcome: 'found', value: order });
    expect(exchange.times).toEqual([250]);
  });

  it('continues for as long as the patience has grown meanwhile', async () => {
    const exchange = answering(undefined, undefined, undefined, order);
    const found = search(exchange, {
      waitsMs: () => (exchange.times.length < 2 ? [250, 1_000] : [250, 3_000, 3_000]),
    });
    expect(await found).toMatchObject({ outcome: 'found' });
    expect(exchange.times).toEqual([250, 1_250, 4_250, 6_250]);
  });

  it('rejects with the reason of its signal, in a wait and in a lookup', async () => {
    for (const atMs of [100, 300]) {
      const clock = createFakeClock();
      const controller = new AbortController();
      const reason = new Error('stop');
      const found = reconcile({
        clientOrderId: 'a1',
        lookUp: () => new Promise(() => undefined),
        clock,
        waitsMs: () => [250],
        deadlineMs: 10_000,
        signal: controller.signal,
      });
      const caught = expect(found).rejects.toBe(reason);
      await clock.advance(atMs);
      controller.abort(reason);
      await caught;
      expect(clock.pendingTimers).toBe(0);
    }
  });

  it('reports absent or found only with proof, for any history of answers', async () => {
    const answer = fc.constantFrom<unknown>(undefined, order, reset(), { clientOrderId: 'b2' });
    await fc.assert(
      fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 12 }), async (answers) => {
        const exchange = answering(...answers);
        const finding = await search(exchange);
        const asked = exchange.times.map((_, index) => answers[Math.min(index, answers.length - 1)]);
        if (finding.outcome === 'found') expect(asked.at(-1)).toBe(order);
        if (finding.outcome === 'absent') {
          expect(asked.at(-1)).toBeUndefined();
          expect(exchange.times.at(-1)).toBeGreaterThanOrEqual(4_250);
        }
        expect(asked.slice(0, -1)).not.toContain(order);
        if (finding.outcome === 'unknown') expect(exchange.clock.now()).toBe(10_000);
      }),
      { numRuns: 200 },
    );
  });
});
