import type { Intent, IntentJournal, IntentOutcome } from '../../orders/index.js';
import { randomAt } from '../seeded-random.js';
import type { EventLoop } from './event-loop.js';
import type { Trace } from './trace.js';

/** One write to the journal, when it was safe on disk. */
export interface JournalEntry {
  readonly atMs: number;
  readonly clientOrderId: string;
  /** `undefined`: the order was about to be sent. */
  readonly settled: IntentOutcome | undefined;
}

/** The disk of a rehearsal: a journal that survives crashes. */
export interface DurableJournal {
  /** The journal as one life of the program opens it. */
  open(owner: object): IntentJournal;
  readonly entries: readonly JournalEntry[];
  /** The program's open intents. */
  readonly intents: ReadonlyMap<string, Intent>;
}

const longestWriteMs = 4;

/**
 * Creates a journal whose writes take time; the seed decides whether a write in progress at a crash reaches the
 * disk.
 */
export function createDurableJournal(loop: EventLoop, seed: number | string, trace: Trace): DurableJournal {
  const texts = new Map<string, string>();
  const intents = new Map<string, Intent>();
  const entries: JournalEntry[] = [];
  let writes = 0;

  const write = (owner: object, effect: () => void): Promise<void> => {
    writes += 1;
    const takesMs = randomAt(seed, 'journal', writes) * longestWriteMs;
    const early = randomAt(seed, 'journal', writes, 'early') < 0.5;
    return new Promise((resolve) => {
      if (early) effect();
      loop.set(
        () => {
          if (!early) effect();
          resolve();
        },
        takesMs,
        owner,
      );
    });
  };

  return {
    entries,
    intents,
    open: (owner) => ({
      sent(intent) {
        const { clientOrderId } = intent;
        const text = JSON.stringify(intent);
        return write(owner, () => {
          texts.set(clientOrderId, text);
          intents.set(clientOrderId, intent);
          entries.push({ atMs: loop.nowMs, clientOrderId, settled: undefined });
          trace.add(`journal: ${trace.nameOf(clientOrderId)} is about to be sent`);
        });
      },
      settled(clientOrderId, outcome) {
        return write(owner, () => {
          texts.delete(clientOrderId);
          intents.delete(clientOrderId);
          entries.push({ atMs: loop.nowMs, clientOrderId, settled: outcome });
          trace.add(`journal: ${trace.nameOf(clientOrderId)} was ${outcome}`);
        });
      },
      async open() {
        await write(owner, () => {});
        return [...texts.values()]
          .map((text) => JSON.parse(text) as Intent)
          .toSorted((a, b) => a.begunAt - b.begunAt);
      },
    }),
  };
}
