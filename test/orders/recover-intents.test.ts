import { describe, expect, it } from 'vitest';
import {
  createMemoryJournal,
  type Intent,
  type IntentJournal,
  recoverIntents,
  type RecoverOptions,
  WEEXNetworkError,
  WEEXOrderError,
} from '../../src/index.js';
import { createFakeClock } from '../../src/testing/index.js';

interface Order {
  readonly clientOrderId: string;
  readonly status: string;
}

const now = 1_700_000_000_000;
const lost = new WEEXNetworkError('Connection reset');

async function journalOf(ages: Readonly<Record<string, number>>): Promise<IntentJournal> {
  const journal = createMemoryJournal();
  for (const [clientOrderId, ageMs] of Object.entries(ages)) {
    const at = now - ageMs;
    const intent: Intent = {
      clientOrderId,
      operation: 'placeOrder',
      args: [{ symbol: 'BTCUSDT' }],
      begunAt: at,
      sentAt: at,
    };
    await journal.sent(intent);
  }
  return journal;
}

async function recover(journal: IntentJournal, options: Partial<RecoverOptions<Order>>) {
  const clock = createFakeClock(now);
  const state: { tookMs?: number } = {};
  const recovered = recoverIntents<Order>({ journal, find: () => undefined, clock, ...options }).finally(
    () => {
      state.tookMs = clock.now() - now;
    },
  );
  recovered.catch(() => undefined);
  for (let step = 0; step < 500 && state.tookMs === undefined; step += 1) await clock.advance(250);
  expect(clock.pendingTimers).toBe(0);
  return { recovered: await recovered, tookMs: state.tookMs };
}

/** What is open once everything that is known has left. */
async function idsOf(journal: IntentJournal): Promise<string[]> {
  await new Promise((resolve) => setImmediate(resolve));
  return (await journal.open()).map(({ clientOrderId }) => clientOrderId);
}

describe('recoverIntents', () => {
  it('reports a rejected order as not executed, and as unknown if another one is found', async () => {
    const journal = await journalOf({ rejected: 1_000, other: 1_000 });
    const { recovered } = await recover(journal, {
      find: ({ clientOrderId }) =>
        clientOrderId === 'rejected'
          ? { clientOrderId, status: 'REJECTED' }
          : { clientOrderId, status: 'NEW', symbol: 'ETHUSDT' },
    });
    expect(recovered.map(({ outcome }) => outcome)).toEqual(['not-executed', 'unknown']);
    expect(await idsOf(journal)).toEqual(['other']);
  });

  it('looks up the selected intents, and leaves the rest open', async () => {
    const journal = await journalOf({ mine: 1_000, other: 1_000 });
    const { recovered } = await recover(journal, { select: ({ clientOrderId }) => clientOrderId === 'mine' });
    expect(recovered.map(({ intent }) => intent.clientOrderId)).toEqual(['mine']);
    expect(await idsOf(journal)).toEqual(['other']);
  });

  it('settles each intent by what the exchange shows, oldest first', async () => {
    const journal = await journalOf({ young: 60_000, found: 80_000, refused: 90_000 });
    const { recovered } = await recover(journal, {
      find: ({ clientOrderId }) => {
        if (clientOrderId === 'found') return { clientOrderId, status: 'FILLED' };
        if (clientOrderId === 'young') return undefined;
        throw new WEEXOrderError('Order does not exist', { reason: 'not-found' });
      },
    });
    expect(recovered).toMatchObject([
      { intent: { clientOrderId: 'refused' }, outcome: 'not-executed' },
      { intent: { clientOrderId: 'found' }, outcome: 'executed', value: { status: 'FILLED' } },
      { intent: { clientOrderId: 'young' }, outcome: 'not-executed' },
    ]);
    expect(await idsOf(journal)).toEqual([]);
  });

  it('waits the whole patience, because after a clock change the age of an intent is unknown', async () => {
    for (const ageMs of [40_000, 1_000, -120_000, 120_000]) {
      expect((await recover(await journalOf({ a1: ageMs }), {})).tookMs).toBe(34_250);
    }
    const settleMs = [250, 1_000, 3_000];
    expect((await recover(await journalOf({ a1: 1_000 }), { settleMs })).tookMs).toBe(4_250);
  });

  it('is also patient when the clock was set back meanwhile', async () => {
    const { recovered, tookMs } = await recover(await journalOf({ future: -60_000 }), { settleMs: 2_000 });
    expect(recovered).toMatchObject([{ outcome: 'not-executed' }]);
    expect(tookMs).toBe(2_000);
  });

  it('leaves open what could not be determined, with an error that says so', async () => {
    const journal = await journalOf({ a1: 60_000, b2: 60_000 });
    const { recovered } = await recover(journal, {
      find: ({ clientOrderId }) => {
        if (clientOrderId === 'b2') return { clientOrderId: 'c3', status: 'NEW' };
        throw lost;
      },
    });
    expect(recovered).toMatchObject([
      { outcome: 'unknown', error: { name: 'WEEXOutcomeUnknownError', clientOrderId: 'a1' } },
      { outcome: 'unknown', error: { name: 'WEEXOutcomeUnknownError', clientOrderId: 'b2' } },
    ]);
    expect(await idsOf(journal)).toEqual(['a1', 'b2']);
  });

  it('loses no result because of one unusable record', async () => {
    const journal = createMemoryJournal();
    const times = { begunAt: 0, sentAt: 0 };
    await journal.sent({ clientOrderId: 'bad', args: undefined as never, ...times });
    await journal.sent({ clientOrderId: 'good', args: [], ...times });
    const recovered = await recoverIntents({
      journal,
      settleMs: 0,
      reconcileDeadlineMs: 20,
      find: ({ clientOrderId, args: [order] }) => (order === undefined ? { clientOrderId } : undefined),
    });
    expect(recovered.map(({ outcome }) => outcome)).toEqual(['unknown', 'executed']);
  });

  it('removes an intent only after its caller has the result', async () => {
    const journal = await journalOf({ a1: 60_000 });
    await recoverIntents({ journal, settleMs: 0, find: () => undefined });
    expect(await journal.open()).toHaveLength(1);
    expect(await idsOf(journal)).toEqual([]);
  });

  it('looks up no more intents at once than allowed', async () => {
    const ages = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`n${index}`, 60_000]));
    let running = 0;
    let most = 0;
    const recovered = await recoverIntents({
      journal: await journalOf(ages),
      concurrency: 3,
      settleMs: 0,
      find: async () => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 5));
        running -= 1;
      },
    });
    expect(recovered).toHaveLength(12);
    expect(most).toBe(3);
  });

  it('ends with the reason of its signal and settles nothing', async () => {
    const journal = await journalOf({ a1: 60_000 });
    const reason = new Error('stop');
    await expect(recover(journal, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(await idsOf(journal)).toEqual(['a1']);
  });
});
