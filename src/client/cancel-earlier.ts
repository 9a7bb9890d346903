import { callerSignal } from '../decorators/caller-signal.js';
import { isWEEXError } from '../errors/index.js';
import { clientState } from './client-state.js';
import type { Around } from './in-client.js';
import { symbolFrom } from './order-reference.js';
import type { CallOptions, OrderReference } from './types.js';

/** The part of a client of either market that is needed. */
interface Canceling {
  getOpenOrders(symbol: string | undefined, options: CallOptions): Promise<readonly Standing[]>;
  cancelOrder(reference: OrderReference, options: CallOptions): Promise<unknown>;
}

interface Standing {
  readonly symbol: string;
  readonly orderId: string;
  /** When the exchange accepted it, in milliseconds since 1970. */
  readonly time: number;
}

/**
 * How inaccurate the known time of the exchange may be: orders placed within this time after the call are cancelled
 * too.
 */
const clockErrorMs = 50;

/**
 * Wraps `cancelAllOrders`, which is not repeated if its answer was lost, since a second one would cancel orders
 * placed in between: orders still open from before are cancelled one by one.
 */
export const cancelEarlier: Around = async ({ self, args, proceed }) => {
  const begunAt = performance.now();
  try {
    return await proceed(args);
  } catch (error) {
    const signal = callerSignal(args);
    if (signal?.aborted || !isWEEXError(error) || error.executionStatus !== 'unknown') throw error;
    // By the clock of the exchange, which may have been learned in the meantime.
    const sentAt = clientState(self).serverNow() - (performance.now() - begunAt);
    return cancelThoseBefore(sentAt, self as Canceling, symbolFrom(args[0] as never), signal, error);
  }
};

async function cancelThoseBefore(
  sentAt: number,
  client: Canceling,
  symbol: string | undefined,
  signal: AbortSignal | undefined,
  failure: unknown,
): Promise<unknown[]> {
  try {
    const open = await client.getOpenOrders(symbol, { signal });
    const canceled = open
      .filter(({ time }) => time <= sentAt + clockErrorMs)
      .map(({ symbol: name, orderId }) =>
        client.cancelOrder({ symbol: name, orderId }, { signal }).catch(unlessFinished),
      );
    const outcomes = await Promise.all(canceled);
    return outcomes.filter((outcome) => outcome !== undefined);
  } catch {
    signal?.throwIfAborted();
    throw failure;
  }
}

/** An order that was filled or cancelled in the meantime is no longer open, which is what was wanted. */
function unlessFinished(error: unknown): undefined {
  if (isWEEXError(error) && error.kind === 'order') return undefined;
  throw error;
}
