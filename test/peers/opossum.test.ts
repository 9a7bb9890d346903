import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import CircuitBreaker from 'opossum';
import { createPolicy } from '../../src/index.js';
import { broken, build, defer, hang, settle } from '../policies/harness.js';

const circuits: { shutdown(): void }[] = [];
function circuit<Args extends unknown[], Value>(
  action: (...args: Args) => Promise<Value>,
  options: CircuitBreaker.Options<Args>,
): CircuitBreaker<Args, Value> {
  const made = new CircuitBreaker<Args, Value>(action, options);
  circuits.push(made);
  return made;
}
const quietly = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  for (const made of circuits.splice(0)) made.shutdown();
  vi.useRealTimers();
});

describe('an action that returns undefined synchronously is a failure', () => {
  const action = (() => undefined) as unknown as () => Promise<void>;

  it('shows the fault in opossum 9', async () => {
    expect(await quietly(circuit(action, {}).fire())).toBeInstanceOf(TypeError);
  });

  it('is absent here', async () => {
    const outcome = await build({ circuitBreaker: {} }).policy.executeOutcome(action);
    expect(outcome).toEqual({ ok: true, value: undefined });
  });
});

describe('calls refused for lack of capacity open the circuit', () => {
  it('shows the fault in opossum 9', async () => {
    const opossum = circuit(hang, { capacity: 1, timeout: false, errorThresholdPercentage: 50 });
    void opossum.fire();
    for (let call = 0; call < 5; call += 1) await quietly(opossum.fire());
    expect(opossum.opened).toBe(true);
  });

  it('is absent here', async () => {
    const { policy } = build({
      bulkhead: { limit: 1 },
      circuitBreaker: { failureRate: 0.5, minimumCalls: 1 },
    });
    void policy.execute(hang);
    for (let call = 0; call < 5; call += 1) await policy.executeOutcome(hang);
    expect(policy.snapshot().circuitBreaker?.common).toMatchObject({ state: 'closed', failures: 0 });
  });
});

describe('one timeout aborts every other call in progress, and the signals of later calls', () => {
  it('shows the fault in opossum 9', async () => {
    const abortController = new AbortController();
    const opossum = circuit(hang, { timeout: 100, abortController, volumeThreshold: 100 });
    const slow = quietly(opossum.fire());
    await vi.advanceTimersByTimeAsync(50);
    void quietly(opossum.fire());
    await vi.advanceTimersByTimeAsync(50);
    await slow;
    expect(abortController.signal.aborted).toBe(true);
  });

  it('is absent here', async () => {
    const policy = createPolicy({ attemptTimeoutMs: 100 });
    const signals: AbortSignal[] = [];
    const call = () =>
      policy.executeOutcome(({ signal }) => {
        signals.push(signal);
        return hang();
      });
    const slow = call();
    await vi.advanceTimersByTimeAsync(50);
    const other = call();
    await vi.advanceTimersByTimeAsync(50);
    await slow;
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    await vi.advanceTimersByTimeAsync(50);
    await other;
  });
});

describe('a slot is free again at the timeout, while the work continues', () => {
  const most = async (call: (work: () => Promise<void>) => Promise<unknown>) => {
    let running = 0;
    let peak = 0;
    const work = async () => {
      running += 1;
      peak = Math.max(peak, running);
      await hang();
    };
    for (let turn = 0; turn < 4; turn += 1) {
      void quietly(call(work));
      await vi.advanceTimersByTimeAsync(100);
    }
    return peak;
  };

  it('shows the fault in opossum 9', async () => {
    const opossum = circuit((work: () => Promise<void>) => work(), {
      capacity: 1,
      timeout: 100,
      volumeThreshold: 100,
    });
    expect(await most((work) => opossum.fire(work))).toBe(4);
  });

  it('is absent here', async () => {
    const policy = createPolicy({
      bulkhead: { limit: 1, queue: 10 },
      attemptTimeoutMs: 100,
      deadlineMs: 1_000,
    });
    expect(await most((work) => policy.execute(work))).toBe(1);
    await vi.advanceTimersByTimeAsync(1_000);
  });
});

describe('a trial that hangs blocks the circuit for good', () => {
  it('shows the fault in opossum 9', async () => {
    const answers = [() => Promise.reject(broken()), hang];
    const opossum = circuit(() => (answers.shift() ?? (async () => 'ran'))(), {
      timeout: false,
      resetTimeout: 1_000,
    });
    await quietly(opossum.fire());
    await vi.advanceTimersByTimeAsync(1_000);
    void quietly(opossum.fire());
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(await quietly(opossum.fire())).toMatchObject({ code: 'EOPENBREAKER' });
  });

  it('is absent here', async () => {
    const policy = createPolicy({ circuitBreaker: { consecutiveFailures: 1, halfOpenAfterMs: 1_000 } });
    await policy.executeOutcome(() => Promise.reject(broken()));
    await vi.advanceTimersByTimeAsync(1_000);
    void policy.execute(hang);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await policy.execute(async () => 'ran')).toBe('ran');
  });
});

describe('an old success closes a half-open circuit, and so does a filtered error', () => {
  it('shows the fault in opossum 9', async () => {
    const old = defer();
    const answers: (() => Promise<unknown>)[] = [() => old.promise, () => Promise.reject(broken()), hang];
    const opossum = circuit(() => (answers.shift() ?? hang)(), {
      timeout: false,
      resetTimeout: 1_000,
      errorThresholdPercentage: 1,
    });
    const late = opossum.fire();
    await quietly(opossum.fire());
    await vi.advanceTimersByTimeAsync(1_000);
    expect(opossum.halfOpen).toBe(true);
    old.resolve('late');
    await late;
    expect(opossum.closed).toBe(true);

    const refusals = [broken(), new TypeError('filtered')];
    const filtering = circuit(() => Promise.reject(refusals.shift()), {
      timeout: false,
      resetTimeout: 1_000,
      errorFilter: (error: unknown) => error instanceof TypeError,
    });
    await quietly(filtering.fire());
    await vi.advanceTimersByTimeAsync(1_000);
    await quietly(filtering.fire());
    expect(filtering.closed).toBe(true);
  });

  it('is absent here', async () => {
    const policy = createPolicy({ circuitBreaker: { consecutiveFailures: 1, halfOpenAfterMs: 1_000 } });
    const old = defer();
    const late = policy.execute(() => old.promise);
    await policy.executeOutcome(() => Promise.reject(broken()));
    await vi.advanceTimersByTimeAsync(1_000);
    await policy.executeOutcome(() => Promise.reject(new TypeError('does not count')));
    old.resolve('late');
    await late;
    expect(policy.snapshot().circuitBreaker?.common.state).toBe('half-open');
  });
});

describe('a listener that throws leaves the caller waiting forever', () => {
  it('shows the fault in opossum 9', async () => {
    const opossum = circuit(() => Promise.reject(broken()), { timeout: false });
    opossum.on('failure', () => {
      throw new Error('a listener');
    });
    const uncaught = vi.fn();
    process.once('unhandledRejection', uncaught);
    const settled = vi.fn();
    opossum.fire().then(settled, settled);
    vi.useRealTimers();
    await settle();
    await settle();
    process.off('unhandledRejection', uncaught);
    expect(settled).not.toHaveBeenCalled();
  });

  it('is absent here', async () => {
    const { policy } = build({ circuitBreaker: {} });
    policy.onFailure(() => {
      throw new Error('a listener');
    });
    expect(await policy.executeOutcome(() => Promise.reject(broken()))).toMatchObject({ ok: false });
  });
});

describe("it changes the caller's options and accepts any of them", () => {
  it('shows the fault in opossum 9', () => {
    const options = { timeout: 100, resetTimeOut: -1, errorThresholdPercentage: 5_000 };
    circuit(hang, options);
    expect(Object.keys(options).length).toBeGreaterThan(10);
  });

  it('is absent here', () => {
    const options = {
      attemptTimeoutMs: 100,
      circuitBreaker: { halfOpenAfterMS: 1, failureRate: 50 } as object,
    };
    expect(() => createPolicy(options)).toThrow(
      /unknown option "circuitBreaker\.halfOpenAfterMS" \(did you mean "halfOpenAfterMs"\?\)/,
    );
    expect(() => createPolicy(options)).toThrow(
      /failureRate must be a number above 0, at most 1, received 50/,
    );
    expect(Object.keys(options)).toHaveLength(2);
  });
});

describe('an idle circuit keeps two timers', () => {
  it('shows the fault in opossum 9', () => {
    circuit(hang, {});
    expect(vi.getTimerCount()).toBeGreaterThanOrEqual(1);
  });

  it('is absent here, even for one that is open', async () => {
    const policy = createPolicy({ circuitBreaker: { consecutiveFailures: 1 } });
    await policy.executeOutcome(() => Promise.reject(broken()));
    expect(policy.snapshot().circuitBreaker?.common.state).toBe('open');
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('its stored state says when it was stored, not when it opened', () => {
  it('is absent here: a restored circuit stays open for the remaining time', async () => {
    const { policy, clock } = build({ circuitBreaker: { consecutiveFailures: 1, halfOpenAfterMs: 1_000 } });
    vi.useRealTimers();
    await clock.advance(5_000);
    await policy.executeOutcome(() => Promise.reject(broken()));
    await clock.advance(700);
    const restored = build({ circuitBreaker: { consecutiveFailures: 1, halfOpenAfterMs: 1_000 } }).policy;
    restored.restore(policy.snapshot());
    expect(restored.snapshot().circuitBreaker?.common.halfOpenAfterMs).toBe(300);
  });
});
