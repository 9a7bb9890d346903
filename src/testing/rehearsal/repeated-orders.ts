import { keyOf } from './mishaps.js';
import type { Arrived, Outgoing } from './network.js';
import { idsAskedFor, ordersIn } from './order-bodies.js';
import type { RequestPlace } from './rehearsal-event.js';

/** An order that exists besides an equal one whose outcome the program did not know. */
export interface RepeatedOrder {
  /** Client order ids; the exchange generates them if the program sent none. */
  readonly first: string;
  readonly again: string;
}

/** Observes what a program orders, and what it learns about its orders. */
export interface RepeatWatch {
  sent(place: RequestPlace, request: Outgoing, owner: object): void;
  /** Called when a request is over for the program; without an answer it failed or was given up. */
  ended(place: RequestPlace, answer?: Arrived): void;
  /** Called when the exchange executed a request. */
  executed(place: RequestPlace, result: unknown): void;
  /** Called when an order guard covers this order. */
  lookedAfter(clientOrderId: string): void;
  /** Returns the repeated orders. `isReported`: whether the program itself reported the outcome of an order. */
  repeats(isReported: (clientOrderId: string) => boolean): readonly RepeatedOrder[];
}

interface SentOrder {
  readonly owner: object;
  readonly market: string;
  readonly terms: string;
  readonly clientOrderId: string | undefined;
  readonly sentAtMs: number;
  /** When its request ended without an answer from the exchange. */
  failedAtMs: number | undefined;
  /** The client order id with which it exists, once it does. */
  standsAs: string | undefined;
}

/** Reads that show a program its orders without naming them. */
const readings: ReadonlySet<string> = new Set([
  'getOrder',
  'getOpenOrders',
  'getOrderHistory',
  'getTrades',
  'getPositions',
  'getPosition',
  'getAccountBalance',
  'cancelAllOrders',
  'closePositions',
]);

/** An equal order within this time after a failed one counts as a second attempt. */
const retryWithinMs = 10_000;

/** Creates a watch for orders that are resent with another id, or without one. */
export function createRepeatWatch(nowMs: () => number): RepeatWatch {
  const byTerms = new Map<string, SentOrder[]>();
  const byPlace = new Map<string, readonly SentOrder[]>();
  const readers = new Map<string, object>();
  const read = new Map<object, { readonly atMs: number; readonly market: string }[]>();
  const known = new Set<string>();

  const isFollowed = (first: SentOrder, again: SentOrder): boolean => {
    const { failedAtMs = Infinity, market, owner } = first;
    const { sentAtMs } = again;
    return (
      again.standsAs !== undefined &&
      again.standsAs !== first.standsAs &&
      again.owner === owner &&
      sentAtMs >= failedAtMs &&
      sentAtMs <= failedAtMs + retryWithinMs &&
      !read.get(owner)?.some((one) => one.market === market && one.atMs >= failedAtMs && one.atMs <= sentAtMs)
    );
  };

  return {
    sent(place, request, owner) {
      const [market = '', operation = ''] = place.request.split('.');
      const placed = ordersIn(operation, request.body).map(
        ({ clientOrderId, terms }): SentOrder => ({
          owner,
          market,
          terms,
          clientOrderId,
          sentAtMs: nowMs(),
          failedAtMs: undefined,
          standsAs: undefined,
        }),
      );
      for (const order of placed) {
        const equal = byTerms.get(`${market} ${order.terms}`);
        if (equal) equal.push(order);
        else byTerms.set(`${market} ${order.terms}`, [order]);
      }
      if (placed.length > 0) byPlace.set(keyOf(place), placed);
      else for (const id of idsAskedFor(request)) known.add(id);
      if (readings.has(operation)) readers.set(keyOf(place), owner);
    },
    ended(place, answer) {
      const [market = ''] = place.request.split('.');
      const owner = readers.get(keyOf(place));
      readers.delete(keyOf(place));
      if (owner && answer?.status === 200) {
        const list = read.get(owner);
        if (list) list.push({ atMs: nowMs(), market });
        else read.set(owner, [{ atMs: nowMs(), market }]);
      }
      const isTold = answer !== undefined && isVerdict(answer);
      for (const order of byPlace.get(keyOf(place)) ?? []) {
        if (!isTold) order.failedAtMs = nowMs();
        else if (order.clientOrderId !== undefined) known.add(order.clientOrderId);
      }
    },
    executed(place, result) {
      const { orderList = result } = result as { readonly orderList?: unknown };
      const results = (Array.isArray(orderList) ? orderList : [orderList]) as readonly Placed[];
      for (const [index, order] of (byPlace.get(keyOf(place)) ?? []).entries()) {
        const placed = results[index];
        if (placed?.orderId) order.standsAs ??= placed.clientOrderId;
      }
    },
    lookedAfter: (clientOrderId) => void known.add(clientOrderId),
    repeats(isReported) {
      const isUnknown = ({ clientOrderId, failedAtMs, standsAs }: SentOrder): boolean =>
        failedAtMs !== undefined &&
        standsAs !== undefined &&
        (clientOrderId === undefined || !(known.has(clientOrderId) || isReported(clientOrderId)));
      return [...byTerms.values()].flatMap((equal) =>
        equal.filter(isUnknown).flatMap((first): RepeatedOrder[] => {
          const again = equal.find((one) => isFollowed(first, one));
          return again ? [{ first: first.standsAs as string, again: again.standsAs as string }] : [];
        }),
      );
    },
  };
}

interface Placed {
  readonly orderId?: unknown;
  readonly clientOrderId: string;
}

/** Whether an answer is the exchange's own report of what it did. */
function isVerdict({ body, status }: Arrived): boolean {
  if (status >= 500) return false;
  try {
    return typeof JSON.parse(body) === 'object';
  } catch {
    return false;
  }
}
