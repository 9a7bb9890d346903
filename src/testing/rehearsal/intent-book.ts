import type { Market } from '../exchange/symbols.js';
import type { SimulatedOrder } from '../exchange/simulated-order.js';

/** The outcome of an order as reported by a program. */
export type IntentReport = 'placed' | 'not-placed' | 'unknown';

/** One order that a program wanted, identified by its client order id. */
export interface RehearsedIntent {
  readonly clientOrderId: string;
  /** Its name in the trace and in messages: `'order-7'` is the seventh, whatever its id is. */
  readonly name: string;
  readonly market: Market | undefined;
  readonly symbol: string | undefined;
  /** When it was first sent or reported, in milliseconds since the rehearsal started. */
  readonly begunAtMs: number;
  /** The program's last report about it, by `report` or through the journal; `undefined`: none. */
  readonly report: IntentReport | undefined;
  readonly reportedAtMs: number | undefined;
  /** The orders that exist or existed with its id, oldest first. */
  readonly orders: readonly SimulatedOrder[];
  /** How many of them exist because a proxy sent a request twice. */
  readonly copies: number;
  /**
   * The client order id of an earlier equal order whose outcome the program did not know, and which exists too:
   * this order repeats it.
   */
  readonly repeats: string | undefined;
}

type Entry = { -readonly [Field in keyof RehearsedIntent]: RehearsedIntent[Field] };

/** The orders that a program wanted. */
export interface IntentBook {
  readonly intents: readonly RehearsedIntent[];
  get(clientOrderId: string): Entry;
  report(clientOrderId: string, report: IntentReport): void;
}

/** Creates an empty book. */
export function createIntentBook(nowMs: () => number, nameOf: (clientOrderId: string) => string): IntentBook {
  const byId = new Map<string, Entry>();
  const intents: Entry[] = [];
  const book: IntentBook = {
    intents,
    report(clientOrderId, report) {
      Object.assign(book.get(clientOrderId), { report, reportedAtMs: nowMs() });
    },
    get(clientOrderId) {
      let entry = byId.get(clientOrderId);
      if (!entry) {
        entry = {
          clientOrderId,
          name: nameOf(clientOrderId),
          market: undefined,
          symbol: undefined,
          begunAtMs: nowMs(),
          report: undefined,
          reportedAtMs: undefined,
          orders: [],
          copies: 0,
          repeats: undefined,
        };
        byId.set(clientOrderId, entry);
        intents.push(entry);
      }
      return entry;
    },
  };
  return book;
}
