import { isInLookup, type SteppedCall } from './call-steps.js';
import { clientState } from './client-state.js';
import { contractEndpoints } from './contract-endpoints.js';
import type { ContractOrder } from './contract-types.js';
import { fewPages, KnownAbsences, noProof } from './known-absences.js';
import { marketMethods } from './market-methods.js';
import { findItem, isLastPage, readPages } from './read-pages.js';
import type { Found, SendShared } from './shared-lookup.js';

const { send: request } = marketMethods('contract', contractEndpoints);

const openSize = 100;
const pastSize = 1_000;
const openWeight = contractEndpoints.getOpenOrders.weight;
const pastWeight = contractEndpoints.getOrderHistory.weight;

type Page = Promise<readonly ContractOrder[]>;

const openPage = (self: object, symbol: string | undefined, page: number): Page =>
  request(self, 'getOpenOrders', { symbol, limit: openSize, page });

/** The open orders, a page in each step. */
export function openOrders(
  { self, step }: SteppedCall,
  symbol: string | undefined,
): AsyncGenerator<ContractOrder, boolean> {
  return readPages(0, openSize, (page) => step(openWeight, () => openPage(self, symbol, page)));
}

/**
 * Looks for orders by their client order ids among the open orders and then in the history: one that is filled in
 * between is in the history by then. Of the history it reads only the time in which they can exist. The first pages of
 * both lists are one step, made by `send`, so that lookups that wait for it can share it.
 */
export async function findOrders(
  { self, step }: SteppedCall,
  symbol: string,
  send: SendShared,
): Promise<Found<ContractOrder>> {
  const { absences } = clientState(self);
  const begun = KnownAbsences.now();
  const isLookup = isInLookup();
  const pastPage = (page: number, startTime: number | undefined): Page =>
    request(self, 'getOrderHistory', { symbol, startTime, limit: pastSize, page });
  const readFirst = async (ids: ReadonlySet<string>) => {
    const range = absences.range('order', symbol, ids, isLookup);
    const open = await openPage(self, symbol, 0);
    const shown = new Set(open.map(({ clientOrderId }) => clientOrderId));
    const isEnough = [...ids].every((id) => shown.has(id)) || !isLastPage(open, openSize);
    return { ids, open, past: isEnough ? undefined : await pastPage(0, range.startTime), range };
  };
  const first = await step(openWeight + pastWeight, () => send(readFirst));
  const { ids, range } = first;
  const found = new Map<string, ContractOrder | undefined>();
  for (const id of ids) found.set(id, undefined);
  let missing = ids.size;
  const seen = new Set<string>();
  const areFound = (order: ContractOrder): boolean => {
    const { clientOrderId } = order;
    seen.add(clientOrderId);
    if (found.has(clientOrderId) && !found.get(clientOrderId)) {
      found.set(clientOrderId, order);
      missing -= 1;
    }
    return missing === 0;
  };
  const open = readPages(0, openSize, async (page) =>
    page === 0 ? first.open : step(openWeight, () => openPage(self, symbol, page)),
  );
  if (await findItem(open, areFound)) return found;
  let pages = 0;
  let endTurn: (() => void) | undefined;
  const past = readPages(0, pastSize, async (page) => {
    pages += 1;
    if (isLookup && range.startTime === undefined && pages > fewPages)
      endTurn ??= absences.readLong('order', symbol);
    return page === 0 && first.past ? first.past : step(pastWeight, () => pastPage(page, range.startTime));
  });
  try {
    if (await findItem(past, areFound)) return found;
  } finally {
    endTurn?.();
  }
  if (range.isFull) absences.searched('order', symbol, { begun, ids: seen, pages });
  if (range.isProof) return found;
  return new UnprovenFound(symbol, found);
}

/** What was found by a lookup that proves no absence. */
class UnprovenFound extends Map<string, ContractOrder | undefined> {
  readonly #symbol: string;

  constructor(symbol: string, found: Found<ContractOrder>) {
    super();
    this.#symbol = symbol;
    for (const [id, order] of found) this.set(id, order);
  }

  override get(id: string): ContractOrder {
    const order = super.get(id);
    if (!order) throw noProof(this.#symbol);
    return order;
  }
}
