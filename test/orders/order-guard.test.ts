import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  createPolicy,
  isWEEXError,
  type OrderSafety,
  type PolicyOptions,
  toWeexError,
  WEEXNetworkError,
  WEEXOrderError,
  WEEXOutcomeUnknownError,
  WEEXSystemError,
  WEEXTimeoutError,
} from '../../src/index.js';
import { createOrderGuard } from '../../src/orders/order-guard.js';
import { createFakeClock, type FakeClock } from '../../src/testing/index.js';

interface Order {
  readonly clientOrderId: string;
  readonly status: string;
}
type Request = readonly [symbol: string];
type Safety = OrderSafety<unknown, [...Request], Order>;

const id = 'a1';
const lost = () => new WEEXNetworkError('Connection reset', { executionStatus: 'unknown' });
const refusal = () =>
  new WEEXOrderError('Not enough', { reason: 'insufficient-balance', executionStatus: 'not-executed' });
const stop = new Error('stop');
const unreadable = () => new WEEXSystemError('Bad gateway', { code: 502 });

/** What becomes of one request that places the order; times in milliseconds since it was sent. */
interface Fate {
  readonly executedAfterMs?: number;
  /** When it settles; `undefined`: never. */
  readonly answeredAfterMs?: number;
  readonly answer?: 'order' | 'lost' | 'refused' | (() => unknown);
}
type Sight = 'truth' | 'fails' | 'hangs' | 'other-order' | 'not-found-error';

const fates = {
  placed: { executedAfterMs: 1, answeredAfterMs: 5, answer: 'order' },
  refused: { answeredAfterMs: 5, answer: 'refused' },
  lostReply: { executedAfterMs: 1, answeredAfterMs: 5, answer: 'lost' },
  reset: { answeredAfterMs: 5, answer: 'lost' },
  hangs: {},
  hangsExecuted: { executedAfterMs: 1 },
  late: { executedAfterMs: 1_900, answeredAfterMs: 2_500, answer: 'order' },
  latePending: { executedAfterMs: 1_900 },
} as const satisfies Record<string, Fate>;

/** An exchange that knows one order, and takes it as often as it is sent: nothing protects the id. */
class OneOrderExchange {
  executed = 0;
  sends = 0;
  looks = 0;
  visibleAt = Infinity;
  readonly #clock: FakeClock;
  readonly #fates: readonly Fate[];
  readonly #sights: readonly Sight[];
  readonly #invisibleMs: number;

  constructor(clock: FakeClock, fateList: readonly Fate[], sights: readonly Sight[], invisibleMs: number) {
    this.#clock = clock;
    this.#fates = fateList;
    this.#sights = sights;
    this.#invisibleMs = invisibleMs;
  }

  send(): Promise<Order> {
    const fate = this.#fates[Math.min(this.sends++, this.#fates.length - 1)] ?? {};
    if (fate.executedAfterMs !== undefined) {
      this.#clock.setTimeout(() => {
        this.executed += 1;
        this.visibleAt = Math.min(this.visibleAt, this.#clock.now() + this.#invisibleMs);
      }, fate.executedAfterMs);
    }
    return new Promise((resolve, reject) => {
      if (fate.answeredAfterMs === undefined) return;
      this.#clock.setTimeout(() => {
        if (fate.answer === 'order') resolve({ clientOrderId: id, status: 'NEW' });
        else if (typeof fate.answer === 'function') reject(fate.answer());
        else reject(fate.answer === 'lost' ? lost() : refusal());
      }, fate.answeredAfterMs);
    });
  }

  async find(): Promise<Order | undefined> {
    const sight = this.#sights[Math.min(this.looks++, this.#sights.length - 1)] ?? 'truth';
    const seen = this.#clock.now() >= this.visibleAt;
    if (sight === 'hangs') return new Promise(() => undefined);
    if (sight === 'fails') throw unreadable();
    if (sight === 'other-order') return { clientOrderId: 'b2', status: 'NEW' };
    if (seen) return { clientOrderId: id, status: 'FILLED' };
    if (sight === 'truth') return undefined;
    throw new WEEXOrderError('Order does not exist', {
      reason: 'not-found',
      executionStatus: 'not-executed',
    });
  }
}

interface Scene {
  readonly fates: readonly Fate[];
  readonly sights?: readonly Sight[];
  readonly invisibleMs?: number;
  readonly policy?: PolicyOptions;
  readonly safety?: Partial<Safety>;
  readonly idempotent?: boolean;
  /** When the caller gives up. */
  readonly abortAtMs?: number;
  /** How long `persist` takes. */
  readonly persistMs?: number;
}

type Settled = { readonly value: Order } | { readonly error: unknown };

/** Places the order and lets time pass until the call has settled and nothing is on its way any more. */
async function place(
  scene: Scene,
): Promise<{ settled: Settled; exchange: OneOrderExchange; clock: FakeClock; tookMs: number }> {
  const clock = createFakeClock();
  const exchange = new OneOrderExchange(
    clock,
    scene.fates,
    scene.sights ?? ['truth'],
    scene.invisibleMs ?? 0,
  );
  const policy = createPolicy({
    name: 'orders',
    clock,
    random: () => 0.5,
    attemptTimeoutMs: 1_000,
    retry: { maxRetries: 3, backoff: { initialDelayMs: 100, jitter: 'none' } },
    ...scene.policy,
  });
  const guard = createOrderGuard<unknown, [...Request], Order>({
    clientOrderId: () => id,
    find: () => exchange.find(),
    settleMs: [250, 1_000, 3_000],
    persist: () => new Promise<void>((resolve) => clock.setTimeout(resolve, scene.persistMs ?? 0)),
    ...scene.safety,
  });
  const controller = new AbortController();
  if (scene.abortAtMs !== undefined) clock.setTimeout(() => controller.abort(stop), scene.abortAtMs);
  const state: { settled?: Settled; tookMs: number } = { tookMs: 0 };
  const call = guard(policy, {
    self: undefined,
    args: ['BTCUSDT'],
    send: () => exchange.send(),
    options: { operation: 'placeOrder', idempotent: scene.idempotent, signal: controller.signal },
  });
  const settle = (settled: Settled): void => {
    state.settled = settled;
    state.tookMs = clock.now();
  };
  call.then(
    (value) => settle({ value }),
    (error: unknown) => settle({ error }),
  );
  for (let step = 0; step < 2_000 && !state.settled; step += 1) await clock.advance(100);
  await clock.advance(10_000);
  if (!state.settled) throw new Error('the call never settled');
  return { settled: state.settled, exchange, clock, tookMs: state.tookMs };
}

const reported = (settled: Settled): 'placed' | 'not-placed' | 'unknown' => {
  if ('value' in settled) return 'placed';
  return isWEEXError(settled.error) && settled.error.executionStatus === 'not-executed'
    ? 'not-placed'
    : 'unknown';
};

describe('an order under a policy of this library', () => {
  it.each<[string, Scene, ReturnType<typeof reported>, { sends: number; looks: number }]>([
    ['placed at once', { fates: [fates.placed] }, 'placed', { sends: 1, looks: 0 }],
    ['refused at once', { fates: [fates.refused] }, 'not-placed', { sends: 1, looks: 0 }],
    ['executed, reply lost', { fates: [fates.lostReply] }, 'placed', { sends: 1, looks: 1 }],
    ['reset before it', { fates: [fates.reset, fates.placed] }, 'placed', { sends: 2, looks: 3 }],
    ['executed, no answer', { fates: [fates.hangsExecuted] }, 'placed', { sends: 1, looks: 1 }],
    ['no answer, not executed', { fates: [fates.hangs, fates.placed] }, 'placed', { sends: 2, looks: 3 }],
    ['executed after the timeout', { fates: [fates.latePending] }, 'placed', { sends: 1, looks: 2 }],
    ['answered after the timeout', { fates: [fates.late] }, 'placed', { sends: 1, looks: 2 }],
    ['visible late', { fates: [fates.lostReply], invisibleMs: 2_000 }, 'placed', { sends: 1, looks: 3 }],
    [
      'absent by error',
      { fates: [fates.reset, fates.placed], sights: ['not-found-error'] },
      'placed',
      { sends: 2, looks: 3 },
    ],
    ['never answered', { fates: [fates.reset], sights: ['fails'] }, 'unknown', { sends: 1, looks: 7 }],
    [
      'taken for another',
      { fates: [fates.reset], sights: ['other-order'] },
      'unknown',
      { sends: 1, looks: 7 },
    ],
  ])('%s', async (_, scene, report, counts) => {
    const { settled, exchange, clock } = await place(scene);
    expect(reported(settled)).toBe(report);
    expect({ sends: exchange.sends, looks: exchange.looks }).toEqual(counts);
    expect(clock.pendingTimers).toBe(0);
  });

  it.each([
    ['made by hand', () => new WEEXNetworkError('Connection reset')],
    [
      'of another client',
      () => toWeexError(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })),
    ],
    ['frozen', () => Object.freeze(new WEEXSystemError('Busy', { code: 50001, executionStatus: 'unknown' }))],
  ])('is looked up after an error that does not say what was sent: %s', async (_, makeError) => {
    const found = await place({ fates: [{ executedAfterMs: 1, answeredAfterMs: 5, answer: makeError }] });
    expect(reported(found.settled)).toBe('placed');
    expect(found.exchange).toMatchObject({ sends: 1, executed: 1 });
    const absent = await place({ fates: [{ answeredAfterMs: 5, answer: makeError }, fates.placed] });
    expect(absent.exchange).toMatchObject({ sends: 2, executed: 1 });
  });

  it('is looked up after a failed read: it may have been sent by other means before it', async () => {
    const failedRead = () => new WEEXSystemError('Busy', { code: 503, context: { method: 'GET' } });
    const { exchange } = await place({ fates: [{ answeredAfterMs: 5, answer: failedRead }, fates.placed] });
    expect(exchange).toMatchObject({ sends: 2, executed: 1 });
    expect(exchange.looks).toBeGreaterThan(0);
  });

  it('is found in any state', async () => {
    const { settled } = await place({ fates: [fates.lostReply] });
    expect(settled).toEqual({ value: { clientOrderId: id, status: 'FILLED' } });
  });

  it('is sent once more without any retry in the policy, because it is absent', async () => {
    const { settled, exchange } = await place({
      fates: [fates.reset, fates.placed],
      policy: { retry: undefined },
    });
    expect(reported(settled)).toBe('placed');
    expect(exchange.sends).toBe(2);
  });

  it('is reported as not executed when it is absent and no attempt is left', async () => {
    const { settled, exchange } = await place({ fates: [fates.reset], policy: { retry: { maxRetries: 1 } } });
    expect(settled).toMatchObject({ error: { name: 'WEEXNetworkError', executionStatus: 'not-executed' } });
    expect(exchange).toMatchObject({ sends: 2, executed: 0 });
  });

  it('is looked up beyond the deadline of the call, but not sent again', async () => {
    const found = await place({ fates: [fates.latePending], policy: { deadlineMs: 1_500 } });
    expect(reported(found.settled)).toBe('placed');
    const absent = await place({ fates: [fates.hangs], policy: { deadlineMs: 1_500 } });
    expect(absent.settled).toMatchObject({ error: { executionStatus: 'not-executed' } });
    expect((absent.settled as { error: unknown }).error).toBeInstanceOf(WEEXTimeoutError);
    expect(absent.exchange.sends).toBe(1);
  });

  it('is abandoned at reconcileDeadlineMs, even while a lookup hangs', async () => {
    const { settled, tookMs } = await place({
      fates: [fates.lostReply],
      sights: ['hangs'],
      safety: { reconcileDeadlineMs: 6_000 },
    });
    expect(settled).toMatchObject({
      error: { name: 'WEEXOutcomeUnknownError', clientOrderId: id, executionStatus: 'unknown' },
    });
    expect(tookMs).toBe(6_005);
  });

  it('is found when its repetition is refused because of the first one', async () => {
    // Executed after all patience: the late arrival that settleMs did not wait for.
    const { settled, exchange } = await place({
      fates: [{ executedAfterMs: 5_400 }, fates.refused],
      safety: { settleMs: [250, 1_000, 3_000] },
    });
    expect(reported(settled)).toBe('placed');
    expect(exchange).toMatchObject({ sends: 2, executed: 1 });
  });

  it.each([
    ['an attempt', fates.hangs, 500],
    ['a wait', fates.reset, 100],
    ['a lookup', fates.reset, 600],
  ])("ends with the caller's reason in %s", async (_, fate, abortAtMs) => {
    const { settled, tookMs, clock } = await place({ fates: [fate], sights: ['hangs'], abortAtMs });
    expect(settled).toEqual({ error: stop });
    expect(tookMs).toBe(abortAtMs);
    expect(clock.pendingTimers).toBe(0);
  });

  it('is not sent when persist takes longer than the attempt: its caller already has a result', async () => {
    const { settled, exchange } = await place({
      fates: [fates.placed],
      policy: { retry: false },
      persistMs: 5_000,
    });
    expect(reported(settled)).toBe('not-placed');
    expect(exchange).toMatchObject({ sends: 0, looks: 0 });
  });

  it('asks for its id once', async () => {
    const clientOrderId = vi.fn(() => id);
    await place({ fates: [fates.reset, fates.placed], safety: { clientOrderId } });
    expect(clientOrderId).toHaveBeenCalledTimes(1);
  });
});

describe('a cancel under a policy of this library', () => {
  it('is repeated without a lookup, and looked up when the repetition is refused', async () => {
    const { settled, exchange } = await place({ fates: [fates.lostReply, fates.refused], idempotent: true });
    expect(settled).toMatchObject({ value: { status: 'FILLED' } });
    expect(exchange).toMatchObject({ sends: 2, looks: 1 });
  });

  it('is unknown if nothing is ever answered', async () => {
    const { settled } = await place({ fates: [fates.hangsExecuted], sights: ['fails'], idempotent: true });
    expect(settled).toMatchObject({ error: { name: 'WEEXOutcomeUnknownError' } });
  });
});

describe('any history', () => {
  it('places no second order and yields no wrong report, and is unknown only if the last lookup failed', async () => {
    const fate = fc.constantFrom<Fate>(...Object.values(fates));
    const sight = fc.constantFrom<Sight>(
      'truth',
      'truth',
      'truth',
      'not-found-error',
      'fails',
      'hangs',
      'other-order',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fate, { minLength: 1, maxLength: 6 }),
        fc.array(sight, { minLength: 1, maxLength: 12 }),
        fc.constantFrom(0, 100, 2_000),
        fc.constantFrom(undefined, 1_000, 3_000, 20_000),
        fc.constantFrom<PolicyOptions['retry']>(undefined, false, { maxRetries: 1 }, { maxRetries: 5 }),
        async (fateList, sights, invisibleMs, deadlineMs, retry) => {
          const { settled, exchange, clock } = await place({
            fates: fateList,
            sights,
            invisibleMs,
            policy: { deadlineMs, retry },
          });
          expect(exchange.executed).toBeLessThanOrEqual(1);
          const report = reported(settled);
          if (report === 'placed') expect(exchange.executed).toBe(1);
          if (report === 'not-placed') expect(exchange.executed).toBe(0);
          if (report === 'unknown') {
            expect((settled as { error: unknown }).error).toBeInstanceOf(WEEXOutcomeUnknownError);
            const last = sights[Math.min(exchange.looks - 1, sights.length - 1)];
            expect(['fails', 'hangs', 'other-order']).toContain(last);
          }
          expect(clock.pendingTimers).toBe(0);
        },
      ),
      { numRuns: 300 },
    );
  });
});
