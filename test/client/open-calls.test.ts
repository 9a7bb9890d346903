import { getEventListeners } from 'node:events';
import { noop } from 'cockatiel';
import { describe, expect, it } from 'vitest';
import { mintClientOrderId, resilient, WEEXNetworkError } from '../../src/index.js';
import { OpenCalls } from '../../src/client/open-calls.js';

const never = (): Promise<never> => new Promise(() => {});
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe('a signal that many calls share', () => {
  it('has one listener for all calls of a client, and none when they are over', async () => {
    const calls = new OpenCalls();
    const caller = new AbortController();
    const started: AbortSignal[] = [];
    const running = Array.from({ length: 20 }, () =>
      calls.run('spot.getTicker', [{ signal: caller.signal }], async () => {
        const signal = calls.starting ?? caller.signal;
        started.push(signal);
        await new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        });
      }),
    );
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(1);
    caller.abort('enough');
    expect(await Promise.allSettled(running)).toEqual(
      running.map(() => ({ status: 'rejected', reason: 'enough' })),
    );
    expect(started.every(({ aborted }) => aborted)).toBe(true);
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
  });

  it('has one for all calls and lookups under a policy of another library', async () => {
    const caller = new AbortController();
    const place = resilient(
      async (_options: { signal: AbortSignal }): Promise<string> => {
        throw new WEEXNetworkError('lost', { executionStatus: 'unknown' });
      },
      noop,
      { orderSafety: { clientOrderId: () => mintClientOrderId(), find: never, settleMs: 0 } },
    );
    const plain = resilient((_options: { signal: AbortSignal }): Promise<string> => never(), noop);
    const running = Array.from({ length: 10 }, () => [place, plain].map((call) => call(caller)))
      .flat()
      .map((call) => call.catch((reason: unknown) => reason));
    await nextTurn();
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(1);
    caller.abort('enough');
    expect(new Set(await Promise.all(running))).toEqual(new Set(['enough']));
    await nextTurn();
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
  });
});
