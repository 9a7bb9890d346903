import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMemoryJournal, type Intent, type IntentJournal, recoverIntents } from '../../src/index.js';
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

  it('keeps one entry per id, that of the last send', async () => {
    const { journal, close } = await open();
    await journal.sent(intent('a', 10));
    await journal.sent({ ...intent('a', 10), sentAt: 99 });
    expect(await journal.open()).toEqual([{ ...intent('a', 10), sentAt: 99 }]);
    await close();
  });

  it('ignores settling an intent that it does not have', async () => {
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

  it('rejects an intent that JSON cannot represent, so its order is not sent', async () => {
    const journal = await openIntentJournal(directory);
    await expect(journal.sent({ ...intent('a', 1), args: [1n] })).rejects.toThrow('BigInt');
    await journal.close();
  });
});

describe('a journal whose files were damaged', () => {
  const warningsWhile = async (work: () => Promise<void>): Promise<string[]> => {
    const warnings: string[] = [];
    const note = (warning: Error): void => void warnings.push(warning.message);
    process.on('warning', note);
    await work();
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', note);
    return warnings;
  };

  const damage = async (file: string, at: number): Promise<void> => {
    const bytes = await readFile(file);
    const start = at < 0 ? bytes.length + at : at;
    for (let index = start; index < Math.min(start + 60, bytes.length); index += 1) {
      bytes[index] = (bytes[index] ?? 0) ^ 0x5a;
    }
    await writeFile(file, bytes);
  };

  /** What of it can only be named, and what it warned of. */
  const reopen = async (path: string): Promise<{ unreadable: string[]; warnings: string[] }> => {
    let unreadable: string[] = [];
    const warnings = await warningsWhile(async () => {
      const journal = await openIntentJournal(path);
      const open = await journal.open();
      unreadable = open.filter(({ args }) => args.length === 0).map(({ clientOrderId }) => clientOrderId);
      await journal.close();
    });
    return { unreadable, warnings };
  };

  it.each([
    ['the first record', 0],
    ['a record at the start', 0.1],
    ['a record in the middle', 0.5],
    ['the last record', 0.97],
  ])('says how many intents are lost with %s', async (_, at) => {
    const path = join(directory, 'intents');
    const first = await openIntentJournal(path);
    for (let index = 0; index < 50; index += 1) await first.sent(intent(`id-${index}`, index));
    await first.settled('id-3', 'executed');
    await first.close();
    const [log = ''] = (await readdir(path)).filter((name) => name.endsWith('.log'));
    await damage(join(path, log), Math.floor((await stat(join(path, log))).size * at));

    const { unreadable, warnings } = await reopen(path);
    expect(unreadable.length).toBeGreaterThan(0);
    expect(warnings).toEqual([
      expect.stringMatching(new RegExp(`Cannot read ${unreadable.length} of (?:49|50) intents`)),
    ]);
    for (const id of unreadable.slice(0, 20)) expect(warnings[0]).toMatch(new RegExp(`\\b${id}\\b`));
  });

  it.each([
    ['the end of a table', /\.ldb$/, -60],
    ['the middle of a table', /\.ldb$/, 2_000],
    ['the start of a table', /\.ldb$/, 0],
    ['the list of its files', /^MANIFEST/, 0],
    ['the name of that list', /^CURRENT$/, 0],
  ])('opens without the unreadable part: %s', async (_, name, at) => {
    const path = join(directory, 'intents');
    const first = await openIntentJournal(path);
    for (let index = 0; index < 50; index += 1) await first.sent(intent(`id-${index}`, index));
    await first.close();
    // Opened once more, the log becomes a table.
    await (await openIntentJournal(path)).close();
    const file = join(path, (await readdir(path)).find((each) => name.test(each)) ?? '');
    await damage(file, at);

    const { unreadable, warnings } = await reopen(path);
    const told = unreadable.length > 0 ? [`Cannot read ${unreadable.length} of 50 intents`] : [];
    expect(warnings).toEqual(told.map((text) => expect.stringContaining(text) as string));
  });

  it('reports the id of each unreadable intent until it is settled', async () => {
    const path = join(directory, 'intents');
    const first = await openIntentJournal(path);
    for (const id of ['a', 'b', 'line\nbreak']) await first.sent(intent(id, 1));
    await first.settled('b', 'executed');
    await first.close();
    const [log = ''] = (await readdir(path)).filter((name) => name.endsWith('.log'));
    await damage(join(path, log), 0);
    for (const left of [2, 2]) expect((await reopen(path)).unreadable).toHaveLength(left);
    const again = await openIntentJournal(path);
    const recovered = await recoverIntents({
      journal: again,
      find: ({ clientOrderId }) => ({ clientOrderId }),
      settleMs: 0,
    });
    expect(recovered.map(({ outcome }) => outcome)).toEqual(['executed', 'executed']);
    await again.close();
    expect(await reopen(path)).toEqual({ unreadable: [], warnings: [] });
  });

  it('keeps its ids in a file that does not grow with what is settled', async () => {
    const path = join(directory, 'intents');
    const journal = await openIntentJournal(path);
    await journal.sent(intent('stays', 1));
    for (let index = 0; index < 3_000; index += 1) {
      const id = `id-${index}`.padEnd(36, '0');
      await journal.settled(id, 'executed');
      await journal.sent(intent(id, index));
      await journal.settled(id, 'executed');
    }
    await journal.close();
    expect((await stat(join(path, 'OPEN-INTENTS'))).size).toBeLessThan(140_000);
    expect((await reopen(path)).unreadable).toEqual([]);
  });

  it('does not lose confirmed intents when a crash cuts off unconfirmed ones', async () => {
    const path = join(directory, 'intents');
    const first = await openIntentJournal(path);
    await first.sent(intent('a', 1));
    await first.close();
    const [log = ''] = (await readdir(path)).filter((name) => name.endsWith('.log'));
    const bytes = await readFile(join(path, log));
    await writeFile(join(path, log), Buffer.concat([bytes, bytes.subarray(0, 40)]));
    const warnings = await warningsWhile(async () => {
      const journal = await openIntentJournal(path);
      expect(await journal.open()).toHaveLength(1);
      await journal.close();
    });
    expect(warnings).toEqual([]);
  });
});
