import { type CallContext, currentCallContext, runWithCallContext } from '../core/context/call-context.js';
import type { Around } from './in-client.js';

/** The operation under which order safety looks up an order. */
const operation = 'orderSafety.find';

/** What a read was to look for, and what it found, by client order id. */
interface Seen {
  readonly asked: ReadonlySet<string>;
  readonly found: ReadonlyMap<string, unknown>;
}

/** Lookups of one symbol that a single read will answer. */
class LookupGroup {
  readonly ids: Set<string> = new Set();
  seen: Seen | undefined;
  readonly #end: AbortController = new AbortController();
  #read: Promise<unknown> | undefined;
  #members = 0;

  /** The first one that joins starts the read. */
  async join(id: string, signal: AbortSignal, read: () => Promise<unknown>): Promise<unknown> {
    this.ids.add(id);
    this.#members += 1;
    const leave = (): void => {
      this.#members -= 1;
      if (this.#members === 0) this.#end.abort(signal.reason);
    };
    signal.addEventListener('abort', leave, { once: true });
    try {
      // Not in the context of the first lookup: what ends that one must not end the others.
      const context = { ...ownContext, signal: this.#end.signal };
      await (this.#read ??= runWithCallContext(context, read));
      // Only an order that was looked for and not found is absent.
      if (!this.seen?.asked.has(id)) throw new Error(`The read did not look for ${id}`);
      return this.seen.found.get(id);
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }
}

const ownContext: Omit<CallContext, 'signal'> = {
  operation,
  attempt: 0,
  deadline: undefined,
  remainingMs: undefined,
  clientOrderId: undefined,
};

/** The groups that others may still join, by client and symbol. */
const open: WeakMap<object, Map<string, LookupGroup>> = new WeakMap();
/** The group for which a read is made, by the options in its last argument, and the function that closes it. */
const ofRead: WeakMap<object, { readonly group: LookupGroup; readonly close: () => void }> = new WeakMap();

/**
 * Lets orders of one symbol that are looked up at the same time share a read, since its lists show all of them:
 * after an outage there are dozens, and the weight of separate lookups would take longer than their patience
 * allows. Once the read is sent no lookup joins it: a request sent before a lookup's wait was over proves nothing
 * to it.
 */
export const shareLookup: Around = ({ args, proceed, self }) => {
  const [id, symbol] = args as [string, string];
  const context = currentCallContext();
  // A lookup by the program itself has its own signal and deadline.
  if (context?.operation !== operation) return proceed(args);
  const groups = open.get(self) ?? new Map<string, LookupGroup>();
  open.set(self, groups);
  const group = groups.get(symbol) ?? new LookupGroup();
  const close = (): void => {
    if (groups.get(symbol) === group) groups.delete(symbol);
  };
  groups.set(symbol, group);
  return group.join(id, context.signal, async () => {
    const options = {};
    ofRead.set(options, { group, close });
    try {
      await proceed([id, symbol, options]);
    } finally {
      close();
    }
  });
};

/** Makes the read of a lookup for all that have joined it so far, and returns the order for this one. */
export async function lookUpTogether<Order>(
  id: string,
  options: object | undefined,
  read: (ids: ReadonlySet<string>) => Promise<ReadonlyMap<string, Order>>,
): Promise<Order | undefined> {
  const shared = options && ofRead.get(options);
  shared?.close();
  const asked: ReadonlySet<string> = new Set(shared ? shared.group.ids : [id]);
  const found = await read(asked);
  if (shared) shared.group.seen = { asked, found };
  return found.get(id);
}
