import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { WeexClient } from '../../src/client/index.js';
import { type Fault, rehearse, type RehearseOptions } from '../../src/testing/index.js';

const kinds = ['order', 'cancel', 'account', 'depth'] as const;
type Kind = (typeof kinds)[number];

interface Call {
  readonly kind: Kind;
  readonly at: number;
  readonly tookMs: number;
  readonly ok: boolean;
}

const fromMs = 30_000;
const untilMs = 150_000;
/** How often each kind is called. */
const everyMs: Readonly<Record<Kind, number>> = { order: 1_000, cancel: 1_300, account: 1_700, depth: 500 };
const noHeaders = { limits: { weight: false, orders: false } } as const;

/** Trades for a while during which one fault lasts two minutes. */
async function trade(
  fault: Fault,
  exchange: NonNullable<RehearseOptions['exchange']> = {},
  called: readonly Kind[] = kinds,
) {
  const calls: Call[] = [];
  const { requests } = await rehearse({
    scenario: {
      name: 'refused',
      faults: [{ fromMs, untilMs, ...fault }],
      phases: [{ name: 'day', durationMs: 200_000 }],
    },
    exchange,
    shrinkRuns: 0,
    async run({ clock, exchange: { credentials, url }, signal }) {
      const { contract } = new WeexClient({ ...credentials, baseUrls: { spot: url, contract: url } });
      const order = {
        symbol: 'BTCUSDT',
        side: 'BUY',
        positionSide: 'LONG',
        type: 'LIMIT',
        quantity: '0.01',
        price: '1000',
        timeInForce: 'GTC',
      } as const;
      const work: Record<Kind, () => Promise<unknown>> = {
        order: () => contract.placeOrder(order),
        cancel: () => contract.cancelAllOrders('BTCUSDT'),
        account: () => contract.getAccountBalance(),
        depth: () => contract.getDepth('BTCUSDT'),
      };
      const start = clock.now();
      const call = async (kind: Kind): Promise<void> => {
        const at = clock.now() - start;
        const ok = await work[kind]().then(
          () => true,
          () => false,
        );
        calls.push({ kind, at, tookMs: clock.now() - start - at, ok });
      };
      const timers = called.map((kind) => setInterval(() => void call(kind), everyMs[kind]));
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve);
      });
      for (const timer of timers) clearInterval(timer);
      await wait(70_000);
    },
  });
  /** How long the calls took that began later than this after the fault began. */
  const slowest = (kind: Kind, afterMs: number): number =>
    Math.max(
      ...calls
        .filter((call) => call.kind === kind && call.at > fromMs + afterMs)
        .map(({ ok, tookMs }) => (ok ? tookMs : Infinity)),
    );
  return { slowest, refused: requests.filter(({ status }) => status === 429) };
}

/** The longest that a call takes which nothing stops. */
const unloadedMs = 1_500;

describe.each([
  ['without a time, while the headers show room', {}, {}, 2_000],
  ['with a time', { retryAfterSeconds: 5 }, {}, 11_000],
  ['without any headers', {}, noHeaders, 11_000],
] as const)('an endpoint that alone is refused %s', (_, { ...answer }, exchange, stoppedMs) => {
  it('stops the others only at first', async () => {
    const { slowest, refused } = await trade(
      { kind: 'rate-limit', endpoint: 'contract.getDepth', ...answer },
      exchange,
    );
    expect(refused.length).toBeGreaterThan(3);
    // Twice the time of an answer that gives none: after the first one a call of another policy goes ahead.
    expect(slowest('order', stoppedMs)).toBeLessThan(unloadedMs);
    expect(slowest('cancel', stoppedMs)).toBeLessThan(unloadedMs);
    expect(slowest('account', stoppedMs)).toBeLessThan(unloadedMs);
  });

  it('does not stop reads and cancels if it places orders', async () => {
    const { slowest } = await trade(
      { kind: 'rate-limit', endpoint: 'contract.placeOrder', ...answer },
      exchange,
    );
    expect(slowest('cancel', 0)).toBeLessThan(unloadedMs);
    expect(slowest('account', 0)).toBeLessThan(unloadedMs);
    expect(slowest('depth', 0)).toBeLessThan(unloadedMs);
  });

  it('does not stop orders for long if nothing else is called', async () => {
    const { slowest } = await trade(
      { kind: 'rate-limit', endpoint: 'contract.getDepth', ...answer },
      exchange,
      ['order', 'depth'],
    );
    expect(slowest('order', 50_000)).toBeLessThan(unloadedMs);
  });
});

it.each([
  ['shown room', {}, {}, 8],
  ['a time', { retryAfterSeconds: 15 }, {}, 5],
  ['no headers', {}, noHeaders, 8],
] as const)(
  'a ban of the address that each request restarts is met a few times, with %s',
  async (_, answer, exchange, knocks) => {
    const { refused } = await trade(
      { kind: 'rate-limit', count: 1, banMs: 15_000, restarts: true, ...answer },
      exchange,
    );
    expect(refused.length).toBeLessThanOrEqual(knocks);
  },
);
