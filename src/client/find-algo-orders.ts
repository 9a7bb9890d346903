import { WEEXSystemError } from '../errors/index.js';
import type { AlgoHistoryQuery, AlgoOrder, AlgoOrderHistory } from './algo-types.js';
import { isInLookup, type SteppedCall } from './call-steps.js';
import { clientState } from './client-state.js';
import { contractEndpoints } from './contract-endpoints.js';
import { everything, fewPages, KnownAbsences, noProof } from './known-absences.js';
import { marketMethods } from './market-methods.js';
import { findItem, isLastPage, readPages } from './read-pages.js';
import type { CallOptions } from './types.js';

const { send } = marketMethods('contract', contractEndpoints);

const size = 100;
const openWeight = contractEndpoints.getOpenAlgoOrders.weight;
const pastWeight = contractEndpoints.getAlgoOrderHistory.weight;

const isByOrderId: unique symbol = Symbol('weex-resilience.isByOrderId');
/** Options of `findAlgoOrder` with which the id is that of the exchange. */
export const byOrderId: CallOptions = { [isByOrderId]: true } as CallOptions;

const openPage = (self: object, symbol: string | undefined, page: number): Promise<readonly AlgoOrder[]> =>
  send(self, 'getOpenAlgoOrders', { symbol, limit: size, page });

/** The waiting conditional orders, a page in each step. Their pages count from 1, those of other open orders from 0. */
export function openAlgoOrders(
  { self, step }: SteppedCall,
  symbol: string | undefined,
): AsyncGenerator<AlgoOrder, boolean> {
  return readPages(1, size, (page) => step(openWeight, () => openPage(self, symbol, page)));
}

/**
 * Looks for a conditional order among the waiting ones and then in the history: one that is triggered in between is in
 * the history by then. Of the history it reads only the time in which it can exist.
 */
export async function findAlgoOrder({ args, self, step }: SteppedCall): Promise<AlgoOrder | undefined> {
  const [id, symbol, options] = args as [string, string, object?];
  const key = options && isByOrderId in options ? 'algoId' : 'clientAlgoId';
  const seen = new Set<string>();
  const fits = (order: AlgoOrder): boolean => {
    seen.add(order.clientAlgoId);
    return order[key] === id;
  };
  const { absences } = clientState(self);
  const begun = KnownAbsences.now();
  const isLookup = isInLookup();
  const range = key === 'algoId' ? everything : absences.range('algo', symbol, new Set([id]), isLookup);
  const { startTime: since } = range;
  let pages = 0;
  let endTurn: (() => void) | undefined;
  const readPast = (query: object): Promise<readonly AlgoOrder[]> =>
    send<AlgoOrderHistory>(self, 'getAlgoOrderHistory', { symbol, ...query }).then(({ orders }) => orders);
  const first = await step(openWeight + pastWeight, async () => {
    const open = await openPage(self, symbol, 1);
    const isEnough = open.some(fits) || !isLastPage(open, size);
    return { open, past: isEnough ? undefined : await readPast({ startTime: since, limit: size }) };
  });
  const open = readPages(1, size, async (page) =>
    page === 1 ? first.open : step(openWeight, () => openPage(self, symbol, page)),
  );
  const waiting = await findItem(open, fits);
  if (waiting) return waiting;
  let { past: newest } = first;
  const read = async (query: object): Promise<readonly AlgoOrder[]> => {
    pages += 1;
    if (isLookup && since === undefined && pages > fewPages) endTurn ??= absences.readLong('algo', symbol);
    const orders = newest ?? (await step(pastWeight, () => readPast(query)));
    newest = undefined;
    return orders;
  };
  let past: AlgoOrder | undefined;
  try {
    past = await findItem(pastAlgoOrders(symbol, since, read), fits);
  } finally {
    endTurn?.();
  }
  if (past) return past;
  if (range.isFull) absences.searched('algo', symbol, { begun, ids: seen, pages });
  if (!range.isProof) throw noProof(symbol);
  return undefined;
}

type Times = Pick<AlgoHistoryQuery, 'startTime' | 'endTime'>;

/** The history is read on by time, because it has no pages: backwards, or forwards if it begins with the oldest. */
async function* pastAlgoOrders(
  symbol: string,
  since: number | undefined,
  read: (query: object) => Promise<readonly AlgoOrder[]>,
): AsyncGenerator<AlgoOrder, boolean> {
  for (let bound: Times = { startTime: since }; ; ) {
    const orders = await read({ ...bound, limit: size });
    yield* orders;
    // A few may be all that the exchange returns at a time; fewer than ten are the end.
    if (orders.length < 10) return true;
    const times = orders.map(({ createTime }) => createTime);
    const { startTime = -Infinity, endTime = Infinity } = bound;
    const [oldest, newest] = [Math.min(...times), Math.max(...times)];
    const isOldestFirst = times.every((time, index) => index === 0 || time >= (times[index - 1] ?? time));
    const goesOn = isOldestFirst ? newest > startTime && oldest < newest : oldest < endTime;
    if (!goesOn) {
      if (orders.length < size) return true;
      throw new WEEXSystemError(
        `Cannot search the conditional orders of ${symbol}: more than ${size} were created at the same time`,
      );
    }
    // An exchange that ignores the start must not be asked for a range that ends before it.
    const from = since !== undefined && since <= oldest ? since : undefined;
    bound = isOldestFirst ? { startTime: newest } : { startTime: from, endTime: oldest };
  }
}
