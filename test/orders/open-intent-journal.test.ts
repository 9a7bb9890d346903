import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMemoryJournal, type Intent, type IntentJournal } from '../../src/index.js';
import { openIntentJournal } from '../../src/orders/open-intent-journal.js';

const intent = (clientOrderId: string, begunAt: number): Intent => ({
  clientOrderId,
  operation: 'placeOrder',
  args: [{ symbol: 'BTCUSDT', quantity: '0.01' }],
  begunAt,
  sentAt: begunAt + 5,
});

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'journal-'));
});
afterEach(() => rm(directory, { recursive: true }));

const kinds: Record<string, () => Promise<{ journal: IntentJournal; close: () => Promise<void> }>> = {
  memory: async () => ({ journal: createMemoryJournal(), close: async () => undefined }),
  disk: async () => {
    const journal = await openIntentJournal(join(directory, 'intents'));
    return { journal, close: () => journal.close() };
  },
};

describe.each(Object.entries(kinds))('a journal of intents in %s', (_, open) => {
  it('lists what was sent and is not settled, oldest first', async () => {
    const { journal, close } = await open();
    for (const [id, begunAt] of Object.entries({ b: 20, a: 30, c: 10 }))
      await journal.sent(intent(id, begunAt));
    await journal.settled('b', 'executed');
    expect(await journal.open()).toEqual([intent('c', 10), intent('a', 30)]);
    await close();
  });

  it('keeps one entry an id, that of the last send', async () => {
    const { journal, close } = await open();
    await journal.sent(intent('a', 10));
    await journal.sent({ ...intent('a', 10), sentAt: 99 });
    expect(await journal.open()).toEqual([{ ...intent('a', 10), sentAt: 99 }]);
    await close();
  });

  it('ignores the settling of an intent that it does not hold', async () => {
    const { journal, close } = await open();
    await journal.settled('a', 'not-executed');
    expect(await journal.open()).toEqual([]);
    await close();
  });
});

describe('openIntentJournal', () => {
  it('finds after a restart what was open before', async () => {
    const first = await openIntentJournal(directory);
    await first.sent(intent('a', 10));
    await first.sent(intent('b', 11));
    await first.settled('a', 'executed');
    await first.close();
    const second = await openIntentJournal(directory);
    expect(await second.open()).toEqual([intent('b', 11)]);
    await second.close();
  });

  it('says which directory cannot be opened, and why', async () => {
    const journal = await openIntentJournal(directory);
    await expect(openIntentJournal(directory)).rejects.toThrow(
      `Cannot open the journal of intents in ${directory}: `,
    );
    await journal.close();
    const file = join(directory, 'file');
    await writeFile(file, '');
    await expect(openIntentJournal(file)).rejects.toThrow(`Cannot open the journal of intents in ${file}: `);
  });

  it('refuses an intent that JSON cannot say, so that its order is not sent', async () => {
    const journal = await openIntentJournal(directory);
    await expect(journal.sent({ ...intent('a', 1), args: [1n] })).rejects.toThrow('BigInt');
    await journal.close();
  });
});
