import { Agent } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createFakeClock,
  type FakeClock,
  type Fault,
  type SimulatedExchange,
  startExchange,
} from '../../src/testing/index.js';
import { restingOrder, send } from './support/signed-request.js';

let exchange: SimulatedExchange;
beforeEach(async () => {
  exchange = await startExchange({ seed: 7 });
});
afterEach(() => exchange.close());

/** The exchange again, with a clock that stands still, so that no slow machine lets a moment pass. */
const standStill = async (): Promise<FakeClock> => {
  await exchange.close();
  const clock = createFakeClock(Date.now());
  exchange = await startExchange({ seed: 7, clock });
  return clock;
};
const place = (changes = {}, timeoutMs = 20_000) =>
  send(exchange, 'POST', '/capi/v3/order', restingOrder(changes), { timeoutMs });
const time = () => send(exchange, 'GET', '/capi/v3/market/time', undefined, { timeoutMs: 20_000 });
const outcome = (reply: Promise<{ status: number }>) =>
  reply.then(
    ({ status }) => status,
    (error: unknown) => (error instanceof Error && 'code' in error ? error.code : (error as Error).message),
  );

describe('a fault', () => {
  it.each<[Fault, unknown, number]>([
    [{ kind: 'lost-reply' }, 'ECONNRESET', 1],
    [{ kind: 'reset' }, 'ECONNRESET', 0],
    [{ kind: 'hang' }, 'timed out', 0],
    [{ kind: 'hang', executed: true }, 'timed out', 1],
    [{ kind: 'slow-body', durationMs: 100 }, 200, 1],
    [{ kind: 'truncated-body' }, 'ECONNRESET', 1],
    [{ kind: 'malformed-json' }, 200, 1],
    [{ kind: 'rate-limit' }, 429, 0],
    [{ kind: 'server-error' }, 500, 0],
    [{ kind: 'server-error', status: 504, executed: true }, 504, 1],
    [{ kind: 'proxy-html' }, 502, 0],
    [{ kind: 'refusal' }, 500, 0],
    [{ kind: 'maintenance' }, 503, 0],
    [{ kind: 'respond', status: 418 }, 418, 0],
    [{ kind: 'delay', delayMs: 60 }, 200, 1],
    [{ kind: 'delay', delayMs: 60, executed: true }, 200, 1],
  ])('%o: the client sees %s, %d orders exist', async (fault, seen, standing) => {
    exchange.inject({ ...fault, count: 1 });
    expect(await outcome(place({}, seen === 'timed out' ? 400 : undefined))).toBe(seen);
    expect(exchange.orders).toHaveLength(standing);
    expect(exchange.requests).toMatchObject([
      {
        operation: 'placeOrder',
        fault: fault.kind,
        executed: standing === 1,
        clientOrderId: expect.any(String),
      },
    ]);
    expect(await outcome(place())).toBe(200);
  });

  it('is executed late when it is delayed, whether the client still waits or not', async () => {
    const clock = await standStill();
    exchange.inject({ kind: 'delay', delayMs: 150, count: 1 });
    const reply = outcome(place({}, 1_000));
    await expect.poll(() => clock.pendingTimers).toBe(1);
    expect(await reply).toBe('timed out');
    expect(exchange.orders).toEqual([]);
    await clock.advance(150);
    expect(exchange.orders).toHaveLength(1);
  });

  it('sends the given answer', async () => {
    exchange.inject({ kind: 'respond', status: 400, body: { code: '50001', msg: 'later' }, count: 2 });
    expect([(await time()).json.code, (await time()).json.code]).toEqual(['50001', '50001']);
    expect((await time()).status).toBe(200);
    exchange.inject({ kind: 'maintenance', retryAfterSeconds: 3, count: 1 });
    expect((await time()).headers['retry-after']).toBe('3');
    exchange.inject({ kind: 'proxy-html', status: 200, count: 1 });
    expect((await time()).text).toContain('<html>');
    exchange.inject({ kind: 'malformed-json', count: 1 });
    const cut = await time();
    expect(() => cut.json).toThrow(SyntaxError);
  });

  it('refuses for business reasons only what is otherwise valid', async () => {
    exchange.inject({ kind: 'refusal', code: -1054, message: 'INVALID_ARGUMENT: no' });
    const unsigned = { headers: { 'ACCESS-SIGN': 'bm8=' } };
    expect((await send(exchange, 'POST', '/capi/v3/order', restingOrder(), unsigned)).json.code).toBe(-1047);
    expect((await place()).json).toEqual({ code: -1054, msg: 'INVALID_ARGUMENT: no' });
    expect(exchange.orders).toEqual([]);
  });

  it('bans the address for a while', async () => {
    const clock = await standStill();
    exchange.inject({ kind: 'rate-limit', banMs: 120, count: 1 });
    expect([(await time()).status, (await time()).status]).toEqual([429, 429]);
    await clock.advance(120);
    expect((await time()).status).toBe(200);
  });

  it('restarts the ban with every request, if set', async () => {
    const clock = await standStill();
    exchange.inject({ kind: 'rate-limit', banMs: 120, restarts: true, count: 1 });
    expect((await time()).status).toBe(429);
    await clock.advance(100);
    expect((await time()).status).toBe(429);
    await clock.advance(119);
    expect((await time()).status).toBe(429);
    await clock.advance(120);
    expect((await time()).status).toBe(200);
  });

  it('moves the clock of the exchange', async () => {
    const stop = exchange.inject({ kind: 'clock-skew', skewMs: 45_000 });
    expect((await place()).json.code).toBe(-1046);
    const { serverTime } = (await time()).json;
    expect(serverTime - Date.now()).toBeGreaterThan(40_000);
    const inStep = { timestamp: serverTime };
    expect((await send(exchange, 'POST', '/capi/v3/order', restingOrder(), inStep)).status).toBe(200);
    stop();
    expect((await place()).status).toBe(200);
  });

  it('shows orders late, in the book and in the history', async () => {
    const clock = await standStill();
    exchange.inject({ kind: 'late-visibility', delayMs: 150, count: 2 });
    const id = (await place()).json.orderId;
    const bought = (await place({ type: 'MARKET' })).json.orderId;
    const open = async () => (await send(exchange, 'GET', '/capi/v3/openOrders')).json.length;
    const history = async () => (await send(exchange, 'GET', '/capi/v3/order/history')).json.length;
    expect([await open(), await history()]).toEqual([0, 0]);
    expect((await send(exchange, 'GET', `/capi/v3/order?orderId=${id}`)).json.code).toBe(-3200);
    expect(exchange.orders.map(({ orderId }) => orderId)).toEqual([id, bought]);
    await clock.advance(150);
    expect([await open(), await history()]).toEqual([1, 1]);
  });

  it('tightens the limits', async () => {
    exchange.inject({ kind: 'tight-limits', weight: 2, orders: 1 });
    expect((await place()).status).toBe(200);
    expect((await place()).status).toBe(429);
    expect([(await time()).status, (await time()).status, (await time()).status]).toEqual([200, 200, 429]);
  });
});

describe('the scope of a fault', () => {
  it.each([
    ['placeOrder', true],
    ['contract.placeOrder', true],
    ['spot.placeOrder', false],
    ['POST /capi/v3/order', true],
    ['POST /capi/v3/order/', true],
    ['DELETE /capi/v3/order', false],
    ['writes', true],
    ['reads', false],
    ['contract', true],
    ['private', true],
    ['public', false],
  ])('%s covers placing a contract order: %s', async (endpoint, hit) => {
    exchange.inject({ kind: 'respond', status: 418, endpoint: [endpoint] });
    expect((await place()).status).toBe(hit ? 418 : 200);
  });

  it('skips, counts and ends', async () => {
    const clock = await standStill();
    exchange.inject({ kind: 'respond', status: 418, endpoint: 'getServerTime', skip: 1, count: 2 });
    const statuses = [];
    for (let round = 0; round < 5; round += 1) statuses.push((await time()).status);
    expect(statuses).toEqual([200, 418, 418, 200, 200]);
    exchange.inject({ kind: 'respond', status: 418, fromMs: 40, untilMs: 120 });
    expect((await time()).status).toBe(200);
    await clock.advance(40);
    expect((await time()).status).toBe(418);
    await clock.advance(80);
    expect((await time()).status).toBe(200);
  });

  it('hits the same requests of an operation for the same seed, whatever else is requested', async () => {
    const run = async (seed: number, between: number) => {
      const one = await startExchange({
        seed,
        limits: { weight: false },
        scenario: { name: 'half', faults: [{ kind: 'respond', status: 418, probability: 0.5 }] },
      });
      const hits = [];
      for (let round = 0; round < 24; round += 1) {
        for (let other = 0; other < between; other += 1) await send(one, 'GET', '/capi/v3/openOrders');
        hits.push((await send(one, 'GET', '/capi/v3/market/time')).status === 418);
      }
      await one.close();
      return { hits, faults: JSON.stringify(one.faults) };
    };
    const [first, second, other] = [await run(7, 0), await run(7, 2), await run(8, 0)];
    expect(second).toEqual(first);
    expect(other.hits).not.toEqual(first.hits);
    expect(other.faults).not.toBe(first.faults);
    expect(first.hits.filter(Boolean).length).toBeGreaterThan(5);
    expect(first.hits.filter(Boolean).length).toBeLessThan(19);
  });
});

describe('close', () => {
  it('ends even with clients that hang, wait for a delay, read a slow body, or keep their connection', async () => {
    const agent = new Agent({ keepAlive: true });
    await send(exchange, 'GET', '/capi/v3/market/time', undefined, { agent });
    exchange.inject({ kind: 'hang', count: 1 });
    const waiting = [outcome(send(exchange, 'GET', '/capi/v3/market/time'))];
    await expect.poll(() => exchange.requests.length).toBe(2);
    exchange.inject({ kind: 'delay', delayMs: 60_000, count: 1 });
    waiting.push(outcome(send(exchange, 'GET', '/capi/v3/market/time')));
    await expect.poll(() => exchange.requests.length).toBe(3);
    exchange.inject({ kind: 'slow-body', durationMs: 60_000, count: 1 });
    waiting.push(outcome(send(exchange, 'GET', '/capi/v3/market/time')));
    await expect.poll(() => exchange.requests.length).toBe(4);
    await Promise.all([exchange.close(), exchange.close()]);
    expect(process.getActiveResourcesInfo()).not.toContain('TCPServerWrap');
    expect(await Promise.all(waiting)).toEqual(['ECONNRESET', 'ECONNRESET', 'ECONNRESET']);
    agent.destroy();
    await expect
      .poll(() => process.getActiveResourcesInfo().filter((one) => one.includes('TCP')))
      .toEqual([]);
  });
});
