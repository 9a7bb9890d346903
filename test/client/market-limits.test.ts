import { onTestFinished, describe, expect, it } from 'vitest';
import { defineClientPolicies } from '../../src/client/client-policies.js';
import type { MarketLimits } from '../../src/client/market-limits.js';
import { onResilienceEvent, PolicyRegistry, type ResilienceEvent } from '../../src/index.js';
import { readUsage } from '../../src/http/read-usage.js';

interface Started {
  readonly limits: MarketLimits;
  readonly registry: PolicyRegistry;
  /** Limit and window of a policy in force. */
  readonly inForce: (name: string) => string;
  readonly reported: ResilienceEvent[];
}

function start(): Started {
  const registry = new PolicyRegistry();
  const reported: ResilienceEvent[] = [];
  onTestFinished(onResilienceEvent('limitContradicted', (event) => reported.push(event)));
  const { contract: limits } = defineClientPolicies(registry);
  const inForce = (name: string): string => {
    const { rateLimit } = registry.get(name).describe().options;
    return rateLimit ? `${rateLimit.limit} in ${rateLimit.windowMs}` : 'none';
  };
  return { limits, registry, inForce, reported };
}

const misleading = [{ rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 10, limit: 500 }];
const weight = (window: string, used: number, remaining: number) =>
  readUsage({
    [`x-used-weight-${window}`]: String(used),
    [`x-remaining-weight-${window}`]: String(remaining),
  });

describe('the limits of a client', () => {
  it('start from the measured values', () => {
    const { inForce } = start();
    expect(inForce('contract.market')).toBe('500 in 10000');
    expect(inForce('contract.cancels')).toBe('500 in 10000');
    expect(inForce('contract.orders')).toBe('300 in 60000');
  });

  it.each([
    ['before the publication', true],
    ['after it', false],
  ])('accept the window of the headers, seen %s', (_, first) => {
    const { limits, inForce, reported } = start();
    if (first) limits.observe(weight('10S', 1, 499));
    limits.publish(misleading);
    expect(inForce('contract.market')).toBe('500 in 10000');
    limits.observe(weight('10S', 41, 459));
    expect(inForce('contract.market')).toBe('500 in 10000');
    expect(reported).toMatchObject([
      {
        market: 'contract',
        limitType: 'weight',
        published: { limit: 500, windowMs: 600_000 },
        seen: { limit: 500, windowMs: 10_000 },
      },
    ]);
    limits.publish(misleading);
    limits.observe(weight('10S', 1, 299));
    expect(reported).toHaveLength(1);
  });

  it('follow the headers down and up, limit and window', () => {
    const { limits, inForce } = start();
    limits.observe(weight('10S', 20, 100));
    expect(inForce('contract.account')).toBe('120 in 10000');
    limits.observe(weight('1M', 20, 5_980));
    expect(inForce('contract.account')).toBe('120 in 10000');
    limits.observe(weight('1M', 21, 5_979));
    expect(inForce('contract.account')).toBe('6000 in 60000');
    expect(inForce('contract.orders')).toBe('300 in 60000');
  });

  it('use the strictest of several windows', () => {
    const { limits, inForce } = start();
    limits.observe([...weight('1S', 1, 99), ...weight('10S', 1, 499)]);
    expect(inForce('contract.market')).toBe('500 in 10000');
  });

  it('follow the slowest of windows that come and go, without a change at every answer', () => {
    const { limits, inForce } = start();
    let changes = 0;
    onTestFinished(onResilienceEvent('policyReconfigured', () => (changes += 1)));
    for (let answer = 1; answer <= 40; answer += 1) {
      if (answer % 2 === 0) limits.observe(weight('10S', answer, 500 - answer));
      else limits.observe(weight('1M', answer, 1_200 - answer));
    }
    expect(inForce('contract.market')).toBe('1200 in 60000');
    expect(changes).toBeLessThanOrEqual(9);
    for (let answer = 1; answer <= 11; answer += 1) limits.observe(weight('10S', answer, 500 - answer));
    expect(inForce('contract.market')).toBe('500 in 10000');
  });

  it('learn nothing from an answer that cost nothing, or that is past the limit', () => {
    const { limits, inForce } = start();
    limits.observe(weight('10S', 0, 12));
    limits.observe(weight('10S', 940, 0));
    expect(inForce('contract.market')).toBe('500 in 10000');
  });

  it('are not reported as contradicted if one window agrees', () => {
    const { limits, reported } = start();
    limits.publish([{ rateLimitType: 'REQUEST_WEIGHT', interval: 'SECOND', intervalNum: 10, limit: 500 }]);
    limits.observe(weight('10S', 2, 498));
    expect(reported).toEqual([]);
  });

  it('keep a limit that the program has set', () => {
    const { limits, registry, inForce } = start();
    registry.get('contract.market').reconfigure({ rateLimit: { limit: 7, windowMs: 1_000 } });
    limits.observe(weight('10S', 1, 99));
    expect(inForce('contract.market')).toBe('7 in 1000');
    expect(inForce('contract.cancels')).toBe('100 in 10000');
  });
});

describe('unreliable headers', () => {
  it('change nothing if they differ slightly', () => {
    const { limits, inForce } = start();
    limits.observe(weight('10S', 1, 499));
    limits.observe(weight('10S', 2, 496));
    expect(inForce('contract.market')).toBe('500 in 10000');
  });

  it('of a strange window do not count because it is shown again much later', () => {
    const { limits, inForce } = start();
    for (let answer = 1; answer <= 30; answer += 1)
      limits.observe(answer % 7 === 0 ? weight('1H', 1, 99) : weight('10S', answer, 500 - answer));
    expect(inForce('contract.market')).toBe('500 in 10000');
    limits.observe(weight('1H', 2, 98));
    limits.observe(weight('1H', 3, 97));
    expect(inForce('contract.market')).toBe('100 in 3600000');
  });

  it('must come twice if they contradict earlier ones', () => {
    const { limits, inForce } = start();
    limits.observe(weight('10S', 1, 499));
    limits.observe(weight('10S', 1, 1));
    expect(inForce('contract.market')).toBe('500 in 10000');
    limits.observe(weight('10S', 2, 98));
    expect(inForce('contract.market')).toBe('500 in 10000');
    limits.observe(weight('10S', 3, 97));
    expect(inForce('contract.market')).toBe('100 in 10000');
  });

  it('do not reject a call that costs more than they allow: it goes alone', () => {
    const { limits, inForce } = start();
    limits.observe(weight('10S', 1, 29));
    expect(inForce('contract.market')).toBe('40 in 10000');
  });
});
