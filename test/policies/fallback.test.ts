import { describe, expect, it, vi } from 'vitest';
import {
  createPolicy,
  type FallbackCall,
  PolicyRegistry,
  Resilient,
  WEEXAuthenticationError,
  WEEXNetworkError,
  WEEXOrderError,
  WEEXSystemError,
} from '../../src/index.js';
import { createFakeClock } from '../../src/testing/fake-clock.js';
import { answering, build, defer, down, hang, limited } from './harness.js';

describe('fallback', () => {
  it('returns its value in place of a failure, and receives the error and the call', async () => {
    const fallback = vi.fn((_error: unknown, call: FallbackCall) => `cached ${String(call.args?.[0])}`);
    const { policy, clock } = build({
      name: 'market',
      fallback,
      retry: { maxRetries: 1, backoff: { initialDelayMs: 0, jitter: 'none' } },
    });
    const error = down();
    const value = policy.execute(answering(clock, error), {
      operation: 'getTicker',
      key: 'BTCUSDT',
      args: ['BTCUSDT'],
      clientOrderId: 'a-1',
    });
    expect(await value).toBe('cached BTCUSDT');
    expect(fallback).toHaveBeenCalledExactlyOnceWith(error, {
      policy: 'market',
      operation: 'getTicker',
      key: 'BTCUSDT',
      args: ['BTCUSDT'],
      clientOrderId: 'a-1',
      attempt: 1,
    });
  });

  it('is not called after a success', async () => {
    const fallback = vi.fn();
    const { policy } = build({ fallback });
    expect(await policy.execute(async () => 1)).toBe(1);
    expect(fallback).not.toHaveBeenCalled();
  });

  it.each([0, '', false, null, undefined])('may return %s', async (value) => {
    const { policy } = build({ fallback: () => value });
    expect(await policy.execute(() => Promise.reject(down()))).toBe(value);
  });

  it('rejects with what it throws or rejects with', async () => {
    const instead = new Error('instead');
    for (const fallback of [
      () => {
        throw instead;
      },
      () => Promise.reject(instead),
    ]) {
      const { policy } = build({ fallback });
      await expect(policy.execute(() => Promise.reject(down()))).rejects.toBe(instead);
    }
  });

  it('also answers refusals and timeouts', async () => {
    const { policy, clock } = build({
      fallback: (error) => (error as Error).name,
      attemptTimeoutMs: 10,
      circuitBreaker: {},
    });
    const late = policy.execute(hang);
    await clock.advance(10);
    expect(await late).toBe('WEEXTimeoutError');
    policy.isolate();
    expect(await policy.execute(hang)).toBe('WEEXCircuitOpenError');
  });

  it('does not answer an abort, and an abort does not wait for it', async () => {
    const fallback = vi.fn(hang);
    const { policy } = build({ fallback });
    const controller = new AbortController();
    const aborted = policy.executeOutcome(hang, controller.signal);
    controller.abort('enough');
    expect(await aborted).toEqual({ ok: false, error: 'enough' });
    expect(fallback).not.toHaveBeenCalled();

    const second = new AbortController();
    const inFallback = policy.executeOutcome(() => Promise.reject(down()), second.signal);
    await Promise.resolve();
    await Promise.resolve();
    expect(fallback).toHaveBeenCalledTimes(1);
    second.abort('now');
    expect(await inFallback).toEqual({ ok: false, error: 'now' });
  });

  it('may take as long again as the deadline; then the call rejects with the original failure', async () => {
    const { policy, clock } = build({ deadlineMs: 100, fallback: hang });
    const late = policy.executeOutcome(hang);
    await clock.advance(199);
    const open = { isOpen: true };
    void late.then(() => (open.isOpen = false));
    await clock.advance(0);
    expect(open.isOpen).toBe(true);
    await clock.advance(1);
    expect(await late).toMatchObject({ ok: false, error: { kind: 'timeout', scope: 'deadline' } });
    expect(clock.pendingTimers).toBe(0);

    const error = down();
    const early = policy.executeOutcome(() => Promise.reject(error));
    await clock.advance(100);
    expect(await early).toEqual({ ok: false, error });
    const answered = build({ deadlineMs: 100, fallback: () => answered.clock.now() });
    const value = answered.policy.execute(hang);
    await answered.clock.advance(100);
    expect(await value).toBe(100);
    expect(answered.clock.pendingTimers).toBe(0);
  });

  it('is not called when a late answer came first, and a late answer does not change its value', async () => {
    const first = defer();
    const { policy, clock } = build({ attemptTimeoutMs: 10, fallback: () => 'cached' });
    const call = policy.execute(() => first.promise);
    await clock.advance(10);
    first.resolve('late');
    expect(await call).toBe('cached');
  });

  it('follows the rule of the most specific class, unless the policy has its own or none', async () => {
    const registry = new PolicyRegistry()
      .forError(WEEXSystemError, { fallback: () => 'system' })
      .forError(WEEXNetworkError, { fallback: () => 'network' });
    const clock = createFakeClock();
    const plain = registry.define('plain', { clock });
    expect(await plain.execute(() => Promise.reject(new WEEXSystemError()))).toBe('system');
    expect(await plain.execute(() => Promise.reject(down()))).toBe('network');
    await expect(plain.execute(() => Promise.reject(limited()))).rejects.toMatchObject({
      kind: 'rate-limit',
    });
    const own = registry.define('own', { clock, fallback: () => 'own' });
    expect(await own.execute(() => Promise.reject(down()))).toBe('own');
    const none = registry.define('none', { clock, fallback: false });
    await expect(none.execute(() => Promise.reject(down()))).rejects.toMatchObject({ kind: 'network' });
  });
});

describe('staleMs', () => {
  const ask = (args: readonly unknown[]) => ({ operation: 'getTicker', args });

  it('returns the last good value while it is young enough', async () => {
    const { policy, clock } = build({ staleMs: 1_000 });
    const method = answering(clock, 'price', down());
    expect(await policy.execute(method, ask(['BTC']))).toBe('price');
    await clock.advance(999);
    expect(await policy.execute(method, ask(['BTC']))).toBe('price');
    await clock.advance(1);
    await expect(policy.execute(method, ask(['BTC']))).rejects.toMatchObject({ kind: 'network' });
  });

  it('never returns the value of a different call', async () => {
    const { policy } = build({ staleMs: 1_000 });
    const questions: readonly (readonly unknown[])[] = [
      [],
      [undefined],
      [null],
      [Number.NaN],
      [Infinity],
      [0],
      ['0'],
      [0n],
      [1n],
      ['1n'],
      [''],
      [{}],
      [{ a: 1 }],
      [{ a: undefined, b: 1 }],
      [{ b: 1 }],
      [[1, 2]],
      [1, 2],
      [[1], 2],
      [{ a: { b: 1n } }],
      [{ a: { b: 1 } }],
      [true],
      ['true'],
    ];
    for (const [index, args] of questions.entries())
      expect(await policy.execute(async () => index, ask(args))).toBe(index);
    for (const [index, args] of questions.entries()) {
      expect(await policy.execute(() => Promise.reject(down()), ask(args))).toBe(index);
    }
    await expect(
      policy.execute(() => Promise.reject(down()), { operation: 'getDepth', args: [] }),
    ).rejects.toMatchObject({ kind: 'network' });
    await expect(
      policy.execute(() => Promise.reject(down()), { operation: 'getTicker', args: [], key: 'BTC' }),
    ).rejects.toMatchObject({ kind: 'network' });
  });

  const endless: Record<string, unknown> = {};
  endless['self'] = endless;
  it.each([
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['a map', new Map()],
    ['an object of a class', new (class Order {})()],
    ['an object that holds itself', endless],
  ])('keeps nothing of a call with %s', async (_name, argument) => {
    const { policy } = build({ staleMs: 1_000 });
    expect(await policy.execute(async () => 1, ask([argument]))).toBe(1);
    await expect(policy.execute(() => Promise.reject(down()), ask([argument]))).rejects.toMatchObject({
      kind: 'network',
    });
  });

  it('does not hide what no cached value can answer: a refusal of the exchange, or a bug', async () => {
    const { policy } = build({ staleMs: 1_000 });
    expect(await policy.execute(async () => 1, ask([]))).toBe(1);
    for (const error of [new WEEXAuthenticationError(), new WEEXOrderError(), new TypeError('a bug')]) {
      await expect(policy.execute(() => Promise.reject(error), ask([]))).rejects.toBe(error);
    }
    expect(await policy.execute(() => Promise.reject(limited()), ask([]))).toBe(1);
  });

  it('comes before the fallback, and works while the circuit is open', async () => {
    const fallback = vi.fn(() => 'fallback');
    const { policy } = build({ staleMs: 1_000, fallback, circuitBreaker: {} });
    expect(await policy.execute(async () => 'kept', ask([]))).toBe('kept');
    policy.isolate();
    expect(await policy.execute(hang, ask([]))).toBe('kept');
    expect(await policy.execute(hang, ask(['other']))).toBe('fallback');
  });

  it('keeps a bounded number of values', async () => {
    const { policy } = build({ staleMs: 1_000 });
    for (let index = 0; index <= 1_000; index += 1) await policy.execute(() => index, ask([index]));
    await expect(policy.execute(() => Promise.reject(down()), ask([0]))).rejects.toMatchObject({
      kind: 'network',
    });
    expect(await policy.execute(() => Promise.reject(down()), ask([1]))).toBe(1);
  });
});

describe('staleMs of a decorated method', () => {
  it('never returns the value of another instance', async () => {
    const state = { isDown: false };
    const policy = createPolicy({ staleMs: 1_000 });
    class Account {
      readonly #owner: string;
      constructor(owner: string) {
        this.#owner = owner;
      }
      @Resilient(policy)
      async getBalance(): Promise<string> {
        if (state.isDown) throw new WEEXSystemError('down');
        return `balance of ${this.#owner}`;
      }
    }
    const [first, second] = [new Account('first'), new Account('second')];
    await first.getBalance();
    state.isDown = true;
    await expect(first.getBalance()).resolves.toBe('balance of first');
    await expect(second.getBalance()).rejects.toThrow('down');
  });
});
