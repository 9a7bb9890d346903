import { afterEach, describe, expect, it } from 'vitest';
import type { DashboardState } from '../../src/dashboard/dashboard-state.js';
import { watchScreen } from '../../src/cli/watch-view.js';
import { Gatherer } from '../../src/dashboard/gatherer.js';
import { situationOf } from '../../src/dashboard/situation.js';
import { createPolicy, explainCode, WEEXOutcomeUnknownError, WEEXRequestError } from '../../src/index.js';
import { channels } from '../../src/observability/channels.js';
import { TroubledProgram } from './troubled-program.js';

const startsAt = Date.UTC(2026, 0, 5, 12);
let gatherer: Gatherer | undefined;
afterEach(() => gatherer?.stop());

/** A program that is watched from its beginning, and what is known of it at a moment. */
function watched(): { program: TroubledProgram; state: () => DashboardState } {
  const program = new TroubledProgram();
  const watching = new Gatherer('bot', () => startsAt + program.clock.now());
  gatherer = watching;
  return {
    program,
    state: () => {
      watching.sample();
      return watching.state();
    },
  };
}

describe('what is gathered', () => {
  it('is nothing before the first call', () => {
    const { state } = watched();
    expect(state()).toMatchObject({ policies: [], failures: [], doubts: [], totals: { calls: 0 } });
    expect(situationOf(state())).toEqual({ level: 'calm', sentences: ['No call under a policy so far.'] });
  });

  it('counts calls and orders, and reports that nothing is wrong', async () => {
    const { program, state } = watched();
    await program.meet({}, { rounds: 3, everyMs: 5_000 });
    const { policies, totals, traffic } = state();
    expect(totals).toMatchObject({ calls: 6, succeeded: 6, failed: 0, ordersExecuted: 3 });
    expect(sumOf(traffic.calls, 'succeeded')).toBe(6);
    expect(policies.map(({ admission, name }) => [name, admission])).toEqual([
      ['contract.market', 'free'],
      ['contract.orders', 'free'],
    ]);
    expect(situationOf(state())).toEqual({ level: 'calm', sentences: ['Nothing is wrong.'] });
  });

  it('has an order that cannot be found, until a later call with its id finds it', async () => {
    const { program, state } = watched();
    await program.meet({ order: 'lost', lookup: 'down' });
    const [doubt] = state().doubts;
    expect(doubt).toMatchObject({ clientOrderId: 'id-1', operation: 'placeOrder', state: 'unknown' });
    expect(doubt?.advice).toMatch(/^Look it up at .* before you send it again\.$/);
    const { level, sentences } = situationOf(state());
    expect(level).toBe('act');
    expect(sentences[0]).toBe('Money may be at risk: it is not known whether 1 order or call took effect.');
    const call = { at: 1, callId: 99, policy: 'contract.orders', clientOrderId: 'id-1' };
    channels.orderSettled.publish({ ...call, verdict: 'executed' });
    expect(state().doubts).toEqual([]);
  });

  it('shows an order as being looked up meanwhile', async () => {
    const { program, state } = watched();
    await program.meet({ order: 'lost', lookup: 'down' }, { everyMs: 1_000 });
    expect(state().doubts).toMatchObject([{ clientOrderId: 'id-1', state: 'looking-up' }]);
    expect(situationOf(state()).sentences).toContain('The library is looking up what became of orders.');
  });

  it('keeps unknown orders when it must drop others, and drops those that are found', () => {
    const { state } = watched();
    const call = (id: number) => ({
      at: 1,
      callId: id,
      policy: 'orders',
      attempt: 0,
      clientOrderId: `id-${id}`,
    });
    channels.orderSettled.publish({ ...call(0), verdict: 'unknown' });
    for (let id = 1; id <= 150; id += 1)
      channels.reconcileStarted.publish({ ...call(id), error: new Error('lost') });
    expect(state().doubts).toHaveLength(100);
    expect(state().doubts).toContainEqual(
      expect.objectContaining({ clientOrderId: 'id-0', state: 'unknown' }),
    );
    for (let id = 1; id <= 150; id += 1) channels.orderSettled.publish({ ...call(id), verdict: 'executed' });
    expect(state()).toMatchObject({ doubts: [{ clientOrderId: 'id-0' }], forgottenDoubts: 0 });
  });

  it('has open circuits with their keys, and the time of the next trial', async () => {
    const { program, state } = watched();
    await program.meet({ order: 'down' }, { rounds: 4, everyMs: 1_000 });
    const orders = state().policies.find(({ name }) => name === 'contract.orders');
    expect(orders).toMatchObject({ admission: 'open', notClosed: [{ key: 'BTCUSDT', state: 'open' }] });
    expect(orders?.notClosed?.[0]?.trialInMs).toBeGreaterThan(0);
    expect(state().decisions[0]?.text).toMatch(/^contract\.orders, BTCUSDT: the circuit opened; a trial/);
    expect(situationOf(state())).toMatchObject({
      level: 'watch',
      sentences: ['A circuit of contract.orders is not closed.', expect.stringContaining('one call in ten')],
    });
  });

  it('has cool-downs, permits and waiting calls', async () => {
    const { program, state } = watched();
    await program.meet({ ticker: 'ban' }, { rounds: 2, everyMs: 500 });
    const market = state().policies.find(({ name }) => name === 'contract.market');
    expect(market).toMatchObject({ admission: 'cool-down', permits: 100, waitingForCoolDown: 2 });
    expect(market?.coolDownMs).toBeGreaterThan(0);
    expect(state().traffic.load.at(-1)?.waiting).toBe(2);
    expect(situationOf(state()).sentences).toContain('contract.market is in a cool-down.');
    await program.meet({}, { everyMs: 20_000 });
    const admissions = state().policies.find(({ name }) => name === 'contract.market')?.admissions;
    expect(admissions?.map(({ admission }) => admission)).toEqual(['cool-down', 'free']);
  });

  it('shows each failure once, with advice, and counts equal ones together', async () => {
    const { program, state } = watched();
    await program.meet({ order: 'refused' }, { rounds: 3, everyMs: 5_000 });
    expect(state().failures).toEqual([
      {
        operation: 'placeOrder',
        type: 'WEEXOrderError',
        code: -2010,
        message: 'refused',
        advice: expect.stringContaining('correct the order') as string,
        count: 3,
        first: startsAt + 200,
        last: startsAt + 10_200,
      },
    ]);
    expect(sumOf(state().traffic.failures, 'refused')).toBe(3);
  });

  it('shows the policy of a call without an operation, and distinguishes messages of one class', async () => {
    const { state } = watched();
    const throwIn = (policy: string, message: string) =>
      createPolicy({ name: policy }).executeOutcome(() => Promise.reject(new TypeError(message)));
    await throwIn('market', 'cannot read order 1');
    await throwIn('orders', 'the disk is full');
    await throwIn('orders', 'cannot read order 2');
    await throwIn('orders', 'cannot read order a3');
    expect(state().failures.map(({ count, message, operation }) => [operation, message, count])).toEqual([
      ['orders', 'cannot read order a3', 2],
      ['orders', 'the disk is full', 1],
      ['market', 'cannot read order 1', 1],
    ]);
    expect(watchScreen(state(), { columns: 200, rows: 40 }).join('\n')).toContain(
      'TypeError "the disk is full", orders.',
    );
  });

  it('uses the advice of the code tables if they have the code', async () => {
    const { state } = watched();
    await fail(new WEEXRequestError('no', { code: 40_030 }));
    expect(state().failures[0]?.advice).toBe(explainCode(40_030)?.advice);
    await fail(new TypeError('x is undefined'));
    expect(state().failures[0]?.advice).toContain('Not an error of the exchange');
  });

  it('shows when the processes of an account lost contact', () => {
    const { state } = watched();
    channels.coordinatorLost.publish({ at: 1, error: new Error('gone') });
    expect(state().coordinatorLostAt).toBe(startsAt);
    channels.coordinatorRegained.publish({ at: 2, lostForMs: 1 });
    expect(state().coordinatorLostAt).toBeUndefined();
    expect(state().decisions.map(({ text }) => text)).toEqual([
      'coordinator: answers again',
      expect.stringContaining('does not answer') as string,
    ]);
  });

  it('shows a minute at first, and five minutes later', async () => {
    const { program, state } = watched();
    const spanMs = () => state().traffic.calls.length * state().traffic.stepMs;
    expect(spanMs()).toBe(60_000);
    await program.clock.advance(120_000);
    expect(spanMs()).toBe(122_000);
    await program.clock.advance(900_000);
    expect(spanMs()).toBe(300_000);
  });

  it('forgets what is older than five minutes', async () => {
    const { program, state } = watched();
    await program.meet({ order: 'down' }, { rounds: 4, everyMs: 1_000 });
    await program.clock.advance(400_000);
    expect(sumOf(state().traffic.calls, 'failed')).toBe(0);
    const [, orders] = state().policies;
    expect(orders?.admissions.length).toBeLessThanOrEqual(2);
    expect(state().totals.failed).toBe(4);
  });

  it('receives nothing after it was stopped', async () => {
    const { program, state } = watched();
    gatherer?.stop();
    await program.meetEverything();
    expect(state()).toMatchObject({ totals: { calls: 0 }, policies: [], failures: [], doubts: [] });
  });
});

describe('what is gathered about ten thousand of everything', () => {
  it('is as large as what is gathered about a few', async () => {
    const { state } = watched();
    const sizeOf = (): number => JSON.stringify(state()).length;
    const flood = async (from: number, to: number): Promise<void> => {
      for (let index = from; index < to; index += 1) {
        const policy = `policy ${index}`;
        await fail(new WEEXRequestError('m'.repeat(500), { code: index }), `operation ${index}`);
        channels.coolDownEntered.publish({ at: 1, policy, scope: 's', delayMs: 1_000 });
        const call = { at: 1, callId: index, policy, clientOrderId: `id-${10_000 + index}` };
        channels.outcomeUnknown.publish({ ...call, error: new WEEXOutcomeUnknownError('lost') });
      }
    };
    await flood(0, 300);
    const few = sizeOf();
    await flood(300, 10_000);
    expect(sizeOf()).toBeLessThan(few * 1.1);
    expect(state().forgottenDoubts).toBe(9_900);
    expect(situationOf(state()).sentences[0]).toContain('10000 orders or calls');
  });
});

describe('what must not be shown', () => {
  it('is nowhere in the state', async () => {
    const { state } = watched();
    const secrets = { apiKey: 'AKIA-one', secretKey: 'two-two', passphrase: 'three-three' };
    await fail(
      new WEEXRequestError('bad: secretKey=two-two and "passphrase":"three-three"', {
        code: 40_034,
        data: secrets,
        context: { headers: { 'ACCESS-KEY': secrets.apiKey }, advice: 'apiKey: AKIA-one is wrong' },
        cause: new Error('signature=two-two'),
      }),
      'place token=three-three',
    );
    const named = Object.assign(new Error('no'), { name: 'token=four-four', code: 'apiKey=five-five' });
    await fail(named);
    const told = JSON.stringify(state());
    for (const secret of ['four-four', 'five-five']) expect(told).not.toContain(secret);
    for (const secret of Object.values(secrets)) expect(told).not.toContain(secret);
    expect(told).toContain('[redacted]');
  });
});

const failing = createPolicy({ name: 'failing' });

async function fail(failure: Error, operation = 'read'): Promise<void> {
  await failing.executeOutcome(() => Promise.reject(failure), { operation });
}

function sumOf<Kind extends string>(bins: readonly Readonly<Record<Kind, number>>[], kind: Kind): number {
  return bins.reduce((sum, bin) => sum + bin[kind], 0);
}
