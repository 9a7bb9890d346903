import { context, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPolicy, WEEXNetworkError, WEEXRateLimitError, WEEXSystemError } from '../../src/index.js';
import { onResilienceEvent } from '../../src/observability/on-resilience-event.js';
import { createOrderGuard } from '../../src/orders/order-guard.js';
import { instrumentWeexResilience, type Instrumentation } from '../../src/otel/index.js';
import { createFakeClock, type FakeClock } from '../../src/testing/index.js';

const contexts = new AsyncLocalStorageContextManager();
beforeAll(() => {
  context.setGlobalContextManager(contexts.enable());
});
afterAll(() => context.disable());

let exporter: InMemorySpanExporter;
let tracer: Tracer;
let instrumentation: Instrumentation;
let clock: FakeClock;
beforeEach(() => {
  exporter = new InMemorySpanExporter();
  tracer = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).getTracer('test');
  instrumentation = instrumentWeexResilience({ meter: false, tracer });
  clock = createFakeClock();
});
afterEach(() => instrumentation.dispose());

const spans = (name: string): ReadableSpan[] =>
  exporter
    .getFinishedSpans()
    .filter((span) => span.name === name)
    .toSorted(
      (one, other) =>
        Number(one.attributes['http.request.resend_count'] ?? 0) -
        Number(other.attributes['http.request.resend_count'] ?? 0),
    );
const span = (name: string): ReadableSpan => {
  const [only, ...more] = spans(name);
  expect([name, more]).toEqual([name, []]);
  return only as ReadableSpan;
};
const idOf = (of: ReadableSpan): string => of.spanContext().spanId;
const parentOf = (of: ReadableSpan): string | undefined => of.parentSpanContext?.spanId;
const outage = () => new WEEXSystemError('down', { code: 500, executionStatus: 'not-executed' });
/** A span of the program's own around a function. */
const around = <Result>(name: string, fn: () => Promise<Result>): Promise<Result> =>
  tracer.startActiveSpan(name, async (own) => {
    try {
      return await fn();
    } finally {
      own.end();
    }
  });
/** What an instrumentation of HTTP would make of a request. */
const request = (name: string): void => tracer.startSpan(name).end();

describe('the spans of a call', () => {
  it("are one per call below its caller's, and one per attempt below that", async () => {
    const policy = createPolicy({
      name: 'trading',
      clock,
      effect: 'read',
      retry: { maxRetries: 2, backoff: { initialDelayMs: 100, jitter: 'none' } },
    });
    let attempts = 0;
    const result = around('caller', () =>
      policy.execute(
        () => {
          request('GET');
          attempts += 1;
          if (attempts === 1) throw outage();
          return attempts;
        },
        { operation: 'getTicker' },
      ),
    );
    await clock.advance(1_000);
    expect(await result).toBe(2);
    const call = span('getTicker');
    expect(parentOf(call)).toBe(idOf(span('caller')));
    expect(call.attributes).toEqual({
      'weex.policy': 'trading',
      'weex.operation': 'getTicker',
      'weex.priority': 'normal',
      'weex.outcome': 'success',
      'weex.attempts': 2,
    });
    expect(call.events.map(({ name, attributes }) => [name, attributes])).toEqual([
      ['weex.retry', { 'weex.reason': 'backoff', 'weex.delay': 0.1 }],
    ]);
    const [first, second] = spans('getTicker attempt') as [ReadableSpan, ReadableSpan];
    expect([parentOf(first), parentOf(second)]).toEqual([idOf(call), idOf(call)]);
    expect(first.status).toEqual({ code: SpanStatusCode.ERROR });
    expect(first.attributes).toMatchObject({ 'weex.outcome': 'failure', 'error.type': 'system' });
    expect(first.attributes).not.toHaveProperty('http.request.resend_count');
    expect(second.attributes).toMatchObject({ 'weex.outcome': 'success', 'http.request.resend_count': 1 });
    // What the method starts is below its attempt, also the one that a timer began.
    expect(spans('GET').map(parentOf)).toEqual([idOf(first), idOf(second)]);
  });

  it("keep each caller's context through a queue that another call opens", async () => {
    const policy = createPolicy({ name: 'narrow', clock, bulkhead: { limit: 1, queue: 5 } });
    const call = (name: string) =>
      around(`caller ${name}`, () =>
        policy.execute(
          async () => {
            await new Promise<void>((resolve) => clock.setTimeout(resolve, 100));
            request(`GET ${name}`);
          },
          { operation: name },
        ),
      );
    const all = Promise.all([call('one'), call('two'), call('three')]);
    await clock.advance(1_000);
    await all;
    for (const name of ['one', 'two', 'three']) {
      expect(parentOf(span(name)), name).toBe(idOf(span(`caller ${name}`)));
      expect(parentOf(span(`GET ${name}`)), name).toBe(idOf(span(`${name} attempt`)));
      expect(span(`GET ${name}`).spanContext().traceId).toBe(span(`caller ${name}`).spanContext().traceId);
    }
    expect(span('three').events.map(({ name, attributes }) => [name, attributes])).toEqual([
      ['weex.queued', {}],
      ['weex.dequeued', { 'weex.outcome': 'admitted', 'weex.delay': 0.2 }],
    ]);
  });

  it('keep it through a cool-down, and record the wait', async () => {
    const policy = createPolicy({ name: 'cooled', clock, effect: 'read', coolDown: { scope: 'spans' } });
    const limited = new WEEXRateLimitError('slow down', { retryAfter: 3 });
    await policy.executeOutcome(() => Promise.reject(limited), { operation: 'first' });
    const result = around('caller', () => policy.execute(() => request('GET'), { operation: 'second' }));
    await clock.advance(3_000);
    await result;
    expect(parentOf(span('GET'))).toBe(idOf(span('second attempt')));
    expect(span('second').events.map(({ name, attributes }) => [name, attributes])).toEqual([
      ['weex.held', { 'weex.reason': 'cool-down', 'weex.delay': 3 }],
    ]);
    expect(span('first').attributes).toMatchObject({ 'error.type': 'rate-limit' });
  });

  it('put a call inside a call below its attempt', async () => {
    const outer = createPolicy({ name: 'outer' });
    const inner = createPolicy({ name: 'inner' });
    await outer.execute(() => inner.execute(() => 1));
    expect(parentOf(span('inner'))).toBe(idOf(span('outer attempt')));
  });

  it('record a rejection and an abort, which is not an error', async () => {
    const policy = createPolicy({ name: 'isolated', clock, circuitBreaker: { consecutiveFailures: 1 } });
    policy.isolate();
    await policy.executeOutcome(() => 1, { operation: 'refused' });
    expect(span('refused').events.map(({ name, attributes }) => [name, attributes])).toEqual([
      ['weex.rejected', { 'weex.reason': 'circuit-open' }],
    ]);
    expect(span('refused').attributes).toMatchObject({ 'error.type': 'circuit-open', 'weex.attempts': 0 });
    policy.reset();
    const controller = new AbortController();
    const aborted = policy.executeOutcome(() => new Promise(() => {}), {
      operation: 'aborted',
      signal: controller.signal,
    });
    controller.abort();
    await aborted;
    for (const name of ['aborted', 'aborted attempt']) {
      expect(span(name).status.code).toBe(SpanStatusCode.UNSET);
      expect(span(name).attributes).toMatchObject({ 'weex.outcome': 'aborted' });
    }
  });
});

describe('the span of a lookup', () => {
  const lost = () =>
    new WEEXNetworkError('reset for secret-1', { code: 'ECONNRESET', executionStatus: 'unknown' });
  const place = async (
    find: () => Promise<object | undefined>,
    send: () => Promise<object>,
    retry?: { maxRetries: number },
  ) => {
    const policy = createPolicy({ name: 'orders', clock, ...(retry ? { retry } : {}) });
    const guard = createOrderGuard<unknown, [object], object>({ find, clientOrderId: () => 'secret-1' });
    const call = {
      self: undefined,
      args: [{ symbol: 'SECRETUSDT' }] as [object],
      send,
      options: { operation: 'placeOrder' },
    };
    const settled = around('caller', () => guard(policy, call)).catch(() => undefined);
    await clock.advance(120_000);
    await settled;
  };

  it('is linked to the attempt that it is about, and below its call', async () => {
    await place(
      () => {
        request('GET order');
        return Promise.resolve({ clientOrderId: 'secret-1' });
      },
      () => Promise.reject(lost()),
    );
    const lookUp = span('placeOrder lookup');
    expect(parentOf(lookUp)).toBe(idOf(span('placeOrder')));
    expect(lookUp.links.map((link) => link.context.spanId)).toEqual([idOf(span('placeOrder attempt'))]);
    expect(lookUp.attributes).toMatchObject({ 'weex.outcome': 'found' });
    // The search makes calls of its own, below it.
    expect(parentOf(span('orderSafety.find'))).toBe(idOf(lookUp));
    expect(parentOf(span('GET order'))).toBe(idOf(span('orderSafety.find attempt')));
  });

  it('is linked to it even if the call was over before the search', async () => {
    let sends = 0;
    // The second send is refused while the first may stand: the guard looks after the policy has given up.
    await place(
      () => Promise.resolve(undefined),
      () => {
        sends += 1;
        return Promise.reject(
          sends === 1 ? lost() : new WEEXSystemError('down', { executionStatus: 'not-executed' }),
        );
      },
      { maxRetries: 1 },
    );
    const caller = span('caller');
    const attempts = spans('placeOrder attempt').map(idOf);
    const after = spans('placeOrder lookup').filter((lookUp) => parentOf(lookUp) === idOf(caller));
    expect(after.length).toBe(1);
    expect(after.map((lookUp) => lookUp.links.map((link) => attempts.includes(link.context.spanId)))).toEqual(
      [[true]],
    );
  });

  it('contains no id, symbol or message anywhere', async () => {
    await place(
      () => Promise.reject(outage()),
      () => Promise.reject(lost()),
    );
    const told = exporter
      .getFinishedSpans()
      .map(({ name, attributes, events, status, links }) => ({ name, attributes, events, status, links }));
    expect(spans('placeOrder lookup')[0]?.attributes).toMatchObject({
      'weex.outcome': 'unknown',
      'error.type': 'outcome-unknown',
    });
    expect(span('placeOrder').events.map(({ name }) => name)).toContain('weex.outcome_unknown');
    expect(JSON.stringify(told)).not.toMatch(/secret/i);
  });
});

describe('tracing', () => {
  it('with one copy of the package does not mix up calls of another', async () => {
    vi.resetModules();
    const other = await import('../../src/index.js');
    const both = [createPolicy({ name: 'mine' }), other.createPolicy({ name: 'theirs' })];
    expect(other.createPolicy).not.toBe(createPolicy);
    const ids: number[] = [];
    const stop = onResilienceEvent('callStarted', ({ callId }) => ids.push(callId));
    let open = (_value: unknown): void => {};
    const gate = new Promise((resolve) => (open = resolve));
    // As many as the other copy may be behind.
    const calls = Array.from({ length: 200 }, () => both.map((policy) => policy.execute(() => gate))).flat();
    open(1);
    await Promise.all(calls);
    stop();
    expect(new Set(ids).size).toBe(400);
    expect(spans('mine')).toHaveLength(200);
  });

  it('ends open spans when it is disposed, and creates no more', async () => {
    let release = (_value: unknown): void => {};
    const open = createPolicy({ name: 'open' }).execute(() => new Promise((resolve) => (release = resolve)));
    instrumentation.dispose();
    expect(exporter.getFinishedSpans().map(({ name }) => name)).toEqual(['open attempt', 'open']);
    release(1);
    expect(await open).toBe(1);
    await createPolicy({ name: 'later' }).execute(() => 1);
    expect(exporter.getFinishedSpans()).toHaveLength(2);
  });

  it('affects no call that started before it, or whose tracer throws', async () => {
    instrumentation.dispose();
    let release = (_value: unknown): void => {};
    const early = createPolicy().execute(() => new Promise((resolve) => (release = resolve)));
    const fault = (): never => {
      throw new Error('the tracer is broken');
    };
    const broken = instrumentWeexResilience({
      meter: false,
      tracer: { startSpan: fault, startActiveSpan: fault },
    });
    release('early');
    expect(await early).toBe('early');
    let attempts = 0;
    const policy = createPolicy({
      clock,
      effect: 'read',
      retry: { maxRetries: 1, backoff: { initialDelayMs: 1, jitter: 'none' } },
    });
    const result = policy.execute(() => {
      attempts += 1;
      if (attempts === 1) throw outage();
      return 'done';
    });
    await clock.advance(10);
    expect([await result, attempts]).toEqual(['done', 2]);
    broken.dispose();
  });

  it('says what is wrong with its options', () => {
    expect(() => instrumentWeexResilience({ meter: {} as never, tracer: 5 as never })).toThrow(
      'Cannot instrument weex-resilience:\n- meter must be a meter of @opentelemetry/api or false, received an object\n' +
        '- tracer must be a tracer of @opentelemetry/api or false, received 5',
    );
  });

  it('uses the global providers by default', () => {
    const none = trace.getTracer('weex-resilience');
    expect(typeof none.startSpan).toBe('function');
    const standard = instrumentWeexResilience();
    standard.dispose();
  });
});
