import { retry, handleAll } from 'cockatiel';
import { describe, expect, it } from 'vitest';
import {
  defaultRegistry,
  getResilienceMetadata,
  listResilientMethods,
  resilienceContext,
  resilient,
  WEEXSystemError,
} from '../../src/index.js';

const atOnce = { initialDelayMs: 0, jitter: 'none' } as const;

describe('resilient', () => {
  it('runs a function under a policy and keeps everything else about it', async () => {
    let failures = 2;
    async function getPrice(this: unknown, symbol: string, _depth = 5): Promise<unknown[]> {
      if (failures-- > 0) throw new WEEXSystemError('busy', { executionStatus: 'not-executed' });
      return [this, symbol, arguments.length];
    }
    getPrice.unit = 'USDT';
    const safe = resilient(getPrice, { retry: { maxRetries: 2, backoff: atOnce } });
    const self = {};
    expect(await safe.call(self, 'BTC')).toEqual([self, 'BTC', 1]);
    expect([safe.name, safe.length, safe.unit]).toEqual(['getPrice', 1, 'USDT']);
    expect(safe).not.toBe(getPrice);
  });

  it('accepts a name, a policy of cockatiel or nothing, and the options of the decorator', async () => {
    defaultRegistry.define('resilient-function', {});
    const named = resilient(async () => resilienceContext()?.operation, 'resilient-function', {
      operation: 'now',
    });
    expect(await named()).toBe('now');
    let failures = 1;
    const foreign = resilient(
      async () => {
        if (failures-- > 0) throw new Error('once');
        return 1;
      },
      retry(handleAll, { maxAttempts: 1 }),
    );
    expect(await foreign()).toBe(1);
    expect(await resilient(async (symbol: string) => symbol)('BTC')).toBe('BTC');
  });

  it('is listed and described like a method', () => {
    const getDepth = resilient(async (symbol: string) => symbol, {}, { effect: 'read' });
    const metadata = getResilienceMetadata(getDepth);
    expect(metadata).toMatchObject({ attachedTo: 'function', method: undefined, className: undefined });
    expect(metadata?.options).toEqual({ effect: 'read' });
    expect(listResilientMethods()).toContainEqual(metadata);
    expect(getResilienceMetadata(async () => 1)).toBeUndefined();
  });

  it('rejects what is not a function, generators, and what is already resilient', () => {
    const attempt = (fn: unknown) => () => Reflect.apply(resilient, undefined, [fn]);
    expect(attempt(undefined)).toThrow(/expected a function, received undefined/);
    expect(attempt(function* numbers() {})).toThrow(/Cannot make numbers resilient: a generator/);
    expect(attempt(resilient(async () => 1))).toThrow(/it is already resilient/);
    expect(() => Reflect.apply(resilient, undefined, [async () => 1, 5])).toThrow(
      /Cannot use resilient: the policy/,
    );
  });
});
