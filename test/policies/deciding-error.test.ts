import { randomUUID } from 'node:crypto';
import { BadGatewayException } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import {
  createPolicy,
  TradingStrategyError,
  WEEXNetworkError,
  WEEXOrderError,
  WEEXRateLimitError,
} from '../../src/index.js';
import type { ErrorClass } from '../../src/policies/options/policy-options.js';

const limited = () => new WEEXRateLimitError('too many', { executionStatus: 'not-executed' });

const wrappers = [
  ['an error with a cause', (cause: unknown) => new Error('Cannot place', { cause })],
  ['an exception of NestJS', (cause: unknown) => new BadGatewayException('no', { cause: cause as Error })],
  [
    'an error of its strategy',
    (cause: unknown) => new TradingStrategyError('no', { strategyName: 'grid', cause }),
  ],
  ['two layers', (cause: unknown) => new Error('no', { cause: new TypeError('no', { cause }) })],
] as const;

const retry = { maxRetries: 2, backoff: { initialDelayMs: 0, maxDelayMs: 0 } };

async function callsOf(policy: ReturnType<typeof createPolicy>, thrown: unknown): Promise<number> {
  let calls = 0;
  const call = policy.execute(
    async () => {
      calls += 1;
      throw thrown;
    },
    { effect: 'read' },
  );
  await expect(call).rejects.toBe(thrown);
  return calls;
}

describe.each(wrappers)('an error that a method wraps in %s', (_, wrap) => {
  it('is retried as if it were thrown directly', async () => {
    expect(await callsOf(createPolicy({ retry }), wrap(limited()))).toBe(3);
    expect(await callsOf(createPolicy({ retry }), wrap(new WEEXOrderError('no margin')))).toBe(1);
  });

  it('counts for the circuit as if it were thrown directly', async () => {
    const policy = createPolicy({ circuitBreaker: { consecutiveFailures: 1 } });
    await callsOf(policy, wrap(new WEEXNetworkError('reset')));
    expect(policy.snapshot().circuitBreaker?.common.state).toBe('open');
  });

  it('starts a cool-down as if it were thrown directly', async () => {
    const policy = createPolicy({ coolDown: { scope: randomUUID() } });
    await callsOf(policy, wrap(new WEEXRateLimitError('too many', { retryAfter: 5 })));
    expect(policy.snapshot().coolDown?.activeForMs).toBeGreaterThan(4_000);
  });
});

describe('a class that the policy names', () => {
  class Wrapped extends Error {}
  const named: readonly ErrorClass[] = [Wrapped];

  it('decides by itself, whatever it wraps', async () => {
    const order = new Wrapped('no', { cause: new WEEXOrderError('no margin') });
    expect(await callsOf(createPolicy({ retry: { ...retry, on: named } }), order)).toBe(3);
  });

  it('may be that of the cause', async () => {
    const policy = createPolicy({ retry: { ...retry, on: [WEEXRateLimitError] } });
    expect(await callsOf(policy, new Wrapped('no', { cause: limited() }))).toBe(3);
  });
});

describe('an unreadable error', () => {
  it('is not retried, and does no harm', async () => {
    const circle = new Error('round');
    circle.cause = circle;
    const hostile = new Error('no');
    Object.defineProperty(hostile, 'cause', {
      get() {
        throw new Error('hostile');
      },
    });
    for (const thrown of [circle, hostile, 'text', undefined]) {
      expect(await callsOf(createPolicy({ retry }), thrown)).toBe(1);
    }
  });
});
