import { type CallContext, currentCallContext, runWithCallContext } from '../core/context/call-context.js';
import { lookupOperation } from './call-steps.js';
import type { Around } from './in-client.js';

/** Lookups of one symbol that a single read will answer. */
class LookupGroup {
  readonly ids: Set<string> = new Set();
  found: Found | undefined;
  /** Whether the read has ended: one of its requests, given up before, may still fail. */
  isOver = false;
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
      if (!this.found?.has(id)) throw new Error(`The read did not look for ${id}`);
      return this.found.get(id);
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }
}

const ownContext: Omit<CallContext, 'signal'> = {
  operation: lookupOperation,
  attempt: 0,
  deadline: undefined,
  remainingMs: undefined,
  clientOrderId: undefined,
};

/** The groups that others may still join, by client and symbol. */
const open: WeakMap<object, Map<string, LookupGroup>> = new WeakMap();

/** The order of each id that was looked for; `undefined` if there is none. */
export type Found<Order = unknown> = ReadonlyMap<string, Order | undefined>;

/** Sends the first request of a lookup, which is given the ids of all that share it. */
export type SendShared = <Result>(read: (ids: ReadonlySet<string>) => Promise<Result>) => Promise<Result>;

/** Looks for orders; its first request, and each repetition of it, is made by `send`. */
export type FindOrders = (call: Parameters<Around>[0], send: SendShared) => Promise<unknown>;

/**
 * Lets orders of one symbol that are looked up at the same time share a read, since its lists show all of them:
 * after an outage there are dozens, and the weight of separate lookups would take longer than their patience
 * allows. Once the read is sent no lookup joins it, unless it fails and is sent again: a request sent before a lookup's
 * wait was over proves nothing to it.
 */
export function shareLookup(find: FindOrders): Around {
  return async (call) => {
    const { args, self } = call;
    const [id, symbol] = args as [string, string];
    const context = currentCallContext();
    // A lookup by the program itself has its own signal and deadline.
    if (context?.operation !== lookupOperation) {
      const found = await find(call, (read) => read(new Set([id])));
      return found instanceof Map ? (found as Found).get(id) : found;
    }
    const groups = open.get(self) ?? new Map<string, LookupGroup>();
    open.set(self, groups);
    const group = groups.get(symbol) ?? new LookupGroup();
    const close = (): void => {
      if (groups.get(symbol) === group) groups.delete(symbol);
    };
    const send: SendShared = async (read) => {
      close();
      try {
        return await read(new Set(group.ids));
      } catch (error) {
        if (!group.isOver && !groups.has(symbol)) groups.set(symbol, group);
        throw error;
      }
    };
    groups.set(symbol, group);
    return group.join(id, context.signal, async () => {
      try {
        const found = await find(call, send);
        // Anything else is what a fallback returned.
        if (found instanceof Map) group.found = found as Found;
      } finally {
        group.isOver = true;
        close();
      }
    });
  };
}
