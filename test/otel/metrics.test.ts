import { channel } from 'node:diagnostics_channel';
import { INVALID_SPAN_CONTEXT, type Meter, type Span, trace } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createPolicy,
  WEEXError,
  WEEXNetworkError,
  WEEXOrderError,
  WEEXRateLimitError,
  WEEXSystemError,
} from '../../src/index.js';
import { channels } from '../../src/observability/channels.js';
import { isAccompanied } from '../../src/observability/companions.js';
import { instrumentWeexResilience, type Instrumentation } from '../../src/otel/index.js';
import { createOrderGuard } from '../../src/orders/order-guard.js';
import { createFakeClock } from '../../src/testing/index.js';
import { ScrapedMeter } from './scraped-meter.js';

let prometheus: ScrapedMeter;
let instrumentation: Instrumentation;
beforeEach(async () => {
  prometheus = await ScrapedMeter.start();
  instrumentation = instrumentWeexResilience({ meter: prometheus.meter });
});
afterEach(async () => {
  instrumentation.dispose();
  await prometheus.close();
});

const outage = () => new WEEXSystemError('down', { code: 500, executionStatus: 'not-executed' });

describe('metrics of calls', () => {
  it('count and time calls and attempts in seconds, with failures by kind', async () => {
    const clock = createFakeClock();
    const policy = createPolicy({
      name: 'trading',
      clock,
      effect: 'read',
      retry: { maxRetries: 2, backoff: { initialDelayMs: 100, jitter: 'none' } },
    });
    let failures = 1;
    const ticker = policy.execute(
      async () => {
        await new Promise<void>((resolve) => clock.setTimeout(resolve, 200));
        if (failures-- > 0) throw outage();
      },
      { operation: 'getTicker' },
    );
    await clock.advance(60_000);
    await ticker;
    const refused = policy.executeOutcome(() => Promise.reject(new WEEXOrderError('no')), {
      operation: 'placeOrder',
    });
    await refused;
    await policy.executeOutcome(() => Promise.reject(new Error('a bug')), { operation: 'placeOrder' });

    const ofTicker = { policy: 'trading', operation: 'getTicker' };
    expect(await prometheus.value('call_duration_count', ofTicker)).toBe(1);
    expect(await prometheus.value('call_duration_sum', { ...ofTicker, outcome: 'success' })).toBe(0.5);
    expect(await prometheus.value('attempt_duration_count', { outcome: 'success' })).toBe(1);
    expect(await prometheus.value('attempt_duration_count', { outcome: 'failure' })).toBe(3);
    expect(await prometheus.value('retries_total', { ...ofTicker, reason: 'backoff' })).toBe(1);
    const failed = (await prometheus.samples()).filter(
      ({ name }) => name === 'weex_resilience_call_failures_total',
    );
    expect(failed.map(({ labels, value }) => [labels['error_type'], value])).toEqual([
      ['order', 1],
      ['_OTHER', 1],
    ]);
    const resent = (await prometheus.samples()).find(({ name }) => name === 'weex_resilience_retries_total');
    expect(resent?.labels['http_request_resend_count']).toBe('1');
  });

  it('count waits in the queue, refusals by reason, and retries that the budget denied', async () => {
    const clock = createFakeClock();
    const policy = createPolicy({
      name: 'narrow',
      clock,
      effect: 'read',
      bulkhead: { limit: 1, queue: 1 },
      retry: { maxRetries: 1, budget: { ratio: 0, minPerSecond: 0 } },
    });
    const slow = policy.execute(() => new Promise<void>((resolve) => clock.setTimeout(resolve, 1_000)));
    const waiting = policy.execute(() => 1);
    const turnedAway = await policy.executeOutcome(() => 1);
    expect(turnedAway.ok).toBe(false);
    expect(await prometheus.value('queue_length', { policy: 'narrow', queue: 'admission' })).toBe(1);
    expect(await prometheus.value('bulkhead_running', { policy: 'narrow' })).toBe(1);
    await clock.advance(60_000);
    await Promise.all([slow, waiting]);
    expect(await prometheus.value('queue_length', { policy: 'narrow' })).toBe(0);
    expect(await prometheus.value('queue_wait_time_sum', { outcome: 'admitted' })).toBe(1);
    expect(await prometheus.value('rejections_total', { reason: 'bulkhead-full' })).toBe(1);
    expect(await prometheus.value('retry_budget_exhausted_total', { policy: 'narrow' })).toBe(0);
    await policy.executeOutcome(() => Promise.reject(outage()));
    expect(await prometheus.value('retry_budget_exhausted_total', { policy: 'narrow' })).toBe(1);
    expect(await prometheus.value('retry_budget_available', { policy: 'narrow' })).toBe(0);
  });

  it('show each circuit in its state, and how often it changed', async () => {
    const policy = createPolicy({
      name: 'breaking',
      circuitBreaker: { consecutiveFailures: 1 },
      effect: 'read',
    });
    await policy.executeOutcome(() => Promise.reject(outage()), { key: 'BTCUSDT' });
    await policy.executeOutcome(() => 1, { key: 'ETHUSDT' });
    const ofState = (state: string) => (sample: { labels: Readonly<Record<string, string>> }) =>
      sample.labels['weex_circuit_state'] === state;
    const samples = await prometheus.samples();
    const counted = samples.filter(({ name }) => name === 'weex_resilience_circuit_count');
    expect(counted.filter(ofState('open')).map(({ value }) => value)).toEqual([1]);
    expect(counted.filter(ofState('closed')).map(({ value }) => value)).toEqual([2]);
    expect(counted.filter(ofState('isolated')).map(({ value }) => value)).toEqual([0]);
    const changed = samples.filter(({ name }) => name === 'weex_resilience_circuit_transitions_total');
    expect(changed.filter(ofState('open')).map(({ value }) => value)).toEqual([1]);
    // No symbol in any label.
    expect(await prometheus.text()).not.toMatch(/BTCUSDT|ETHUSDT/);
  });

  it('show permits used and the limit, also of policies that share them', async () => {
    const rateLimit = { limit: 10, windowMs: 60_000, scope: 'weights' };
    for (const name of ['one', 'two']) await createPolicy({ name, rateLimit }).execute(() => 1, { cost: 3 });
    for (const name of ['one', 'two']) {
      expect(await prometheus.value('rate_limit_used', { policy: name })).toBe(6);
      expect(await prometheus.value('rate_limit_limit', { policy: name })).toBe(10);
    }
  });

  it('distinguish a ban from a pause, and count the waits for it and how long it lasts', async () => {
    const clock = createFakeClock();
    const policy = createPolicy({ name: 'cooled', clock, effect: 'read', coolDown: { scope: 'cooled' } });
    const banned = new WEEXRateLimitError('slow down', { code: 429, retryAfter: 10 });
    await policy.executeOutcome(() => Promise.reject(banned));
    const later = policy.execute(() => 1);
    expect(await prometheus.value('queue_length', { policy: 'cooled', queue: 'cool-down' })).toBe(1);
    expect(await prometheus.value('cool_downs_total', { reason: 'ban' })).toBe(1);
    expect(await prometheus.value('waits_total', { policy: 'cooled', reason: 'cool-down' })).toBe(1);
    await clock.advance(4_000);
    expect(await prometheus.value('cool_down_time_total', { policy: 'cooled' })).toBe(4);
    await clock.advance(60_000);
    await later;
    expect(await prometheus.value('cool_down_time_total', { policy: 'cooled' })).toBe(10);
    const short = new WEEXRateLimitError('slow down', { code: 429, retryAfter: 1 });
    await policy.executeOutcome(() => Promise.reject(short));
    expect(await prometheus.value('cool_downs_total', { reason: 'rate-limit' })).toBe(1);
  });
});

describe('metrics of orders', () => {
  const lost = () => new WEEXNetworkError('reset', { code: 'ECONNRESET', executionStatus: 'unknown' });
  const place = async (
    name: string,
    send: () => Promise<object>,
    find: () => Promise<object | undefined>,
  ) => {
    const clock = createFakeClock();
    const policy = createPolicy({ name, clock, retry: { maxRetries: 1 } });
    const guard = createOrderGuard<unknown, [], object>({ find, clientOrderId: () => 'mine-1' });
    const call = { self: undefined, args: [] as [], send, options: { operation: 'placeOrder' } };
    const settled = guard(policy, call).catch(() => undefined);
    await clock.advance(60_000);
    await settled;
  };

  it('count orders by what is known about them, lookups, and unknown outcomes from 0 on', async () => {
    await place(
      'a',
      () => Promise.resolve({ clientOrderId: 'mine-1' }),
      () => Promise.resolve(undefined),
    );
    expect(await prometheus.value('outcome_unknown_total', { operation: 'placeOrder' })).toBe(0);
    await place(
      'b',
      () => Promise.reject(new WEEXOrderError('no', { executionStatus: 'not-executed' })),
      () => Promise.resolve(undefined),
    );
    await place(
      'c',
      () => Promise.reject(lost()),
      () => Promise.resolve({ clientOrderId: 'mine-1' }),
    );
    await place(
      'd',
      () => Promise.reject(lost()),
      () => Promise.reject(outage()),
    );
    expect(await prometheus.value('orders_total', { policy: 'a', verdict: 'executed' })).toBe(1);
    expect(await prometheus.value('orders_total', { policy: 'b', verdict: 'not-executed' })).toBe(1);
    expect(await prometheus.value('orders_total', { policy: 'c', verdict: 'executed' })).toBe(1);
    expect(await prometheus.value('orders_total', { policy: 'd', verdict: 'unknown' })).toBe(1);
    expect(await prometheus.value('orders_total')).toBe(4);
    expect(await prometheus.value('lookup_duration_count', { policy: 'c', outcome: 'found' })).toBe(1);
    expect(await prometheus.value('lookup_duration_count', { policy: 'd', outcome: 'unknown' })).toBe(1);
    expect(await prometheus.value('outcome_unknown_total', { policy: 'd', operation: 'placeOrder' })).toBe(1);
    expect(await prometheus.text()).not.toContain('mine-1');
  });
});

describe('the number of series', () => {
  it('does not grow with the symbols', async () => {
    const policy = createPolicy({
      name: 'trading',
      effect: 'read',
      circuitBreaker: { consecutiveFailures: 5 },
    });
    const trade = async (symbols: number) => {
      for (let index = 0; index < symbols; index += 1) {
        const failure = index % 7 === 0 ? outage() : undefined;
        const work = () => (failure ? Promise.reject(failure) : Promise.resolve(index));
        await policy.executeOutcome(work, { operation: 'getTicker', key: `S${index}USDT`, args: [index] });
      }
    };
    await trade(20);
    const few = (await prometheus.samples()).length;
    await trade(1_000);
    expect((await prometheus.samples()).length).toBe(few);
  });

  it('is bounded even if names are generated', async () => {
    const policy = createPolicy({ name: 'trading' });
    for (let index = 0; index < 300; index += 1) await policy.execute(() => 1, { operation: `op${index}` });
    for (let index = 0; index < 80; index += 1) await createPolicy({ name: `p${index}` }).execute(() => 1);
    const samples = await prometheus.samples();
    const distinct = (label: string) => new Set(samples.map(({ labels }) => labels[label]).filter(Boolean));
    expect(distinct('weex_operation').size).toBe(201);
    expect(distinct('weex_policy').size).toBe(51);
    expect(await prometheus.value('call_duration_count', { operation: 'other' })).toBe(100);
  });

  it('is bounded even if errors generate kinds', async () => {
    const policy = createPolicy({ name: 'trading' });
    for (const id of ['order-1', 'order-2', 'constructor']) {
      const failure = Object.defineProperty(new WEEXError('no'), 'kind', { value: id });
      await policy.executeOutcome(() => Promise.reject(failure));
    }
    const types = (await prometheus.samples()).map(({ labels }) => labels['error_type']).filter(Boolean);
    expect(new Set(types)).toEqual(new Set(['_OTHER']));
    expect(await prometheus.text()).not.toContain('order-1');
  });
});

describe('an instrumentation', () => {
  it('leaves no listener once it is disposed', async () => {
    expect(isAccompanied()).toBe(true);
    instrumentation.dispose();
    instrumentation.dispose();
    expect(isAccompanied()).toBe(false);
    for (const { name } of Object.values(channels)) expect(channel(name).hasSubscribers, name).toBe(false);
    await createPolicy({ name: 'after' }).execute(() => 1);
    expect((await prometheus.samples()).filter(({ labels }) => labels['weex_policy'] === 'after')).toEqual(
      [],
    );
  });

  it('ends even if its meter and its spans throw', async () => {
    const fault = () => {
      throw new Error('the exporter is broken');
    };
    const broken = (target: object, names: readonly string[]) =>
      new Proxy(target, {
        get: (of, name) => (names.includes(String(name)) ? fault : Reflect.get(of, name)) as unknown,
      });
    let started = 0;
    const startSpan = () => {
      started += 1;
      return broken(trace.wrapSpanContext(INVALID_SPAN_CONTEXT), ['end']) as Span;
    };
    const second = instrumentWeexResilience({
      meter: broken(prometheus.meter, ['removeBatchObservableCallback']) as Meter,
      tracer: { startSpan, startActiveSpan: fault },
    });
    void createPolicy({ name: 'open' }).execute(() => new Promise(() => undefined));
    expect(started).toBe(2);
    second.dispose();
    second.dispose();
    instrumentation.dispose();
    expect(isAccompanied()).toBe(false);
    await createPolicy({ name: 'after' }).execute(() => 1);
    expect(started).toBe(2);
  });

  it('affects no call if its meter throws', async () => {
    const fault = () => {
      throw new Error('the exporter is broken');
    };
    const broken = new Proxy(prometheus.meter, {
      get: (meter, name) => {
        const make: unknown = Reflect.get(meter, name);
        if (!String(name).startsWith('create')) return make;
        return () => ({ add: fault, record: fault, addCallback: fault });
      },
    });
    const second = instrumentWeexResilience({ meter: broken });
    const policy = createPolicy({
      name: 'sound',
      effect: 'read',
      retry: { maxRetries: 1, backoff: { initialDelayMs: 1 } },
    });
    let attempts = 0;
    const result = await policy.execute(() => {
      attempts += 1;
      if (attempts === 1) throw outage();
      return 42;
    });
    expect([result, attempts]).toEqual([42, 2]);
    // The sound one beside it heard everything.
    expect(await prometheus.value('call_duration_count', { policy: 'sound' })).toBe(1);
    second.dispose();
  });
});
