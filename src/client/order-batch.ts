import { callerSignal } from '../decorators/caller-signal.js';
import { isWEEXError, WEEXOutcomeUnknownError, WEEXSystemError } from '../errors/index.js';
import { batchOutcomes } from '../http/index.js';
import { type IntentJournal, mintClientOrderId } from '../orders/index.js';
import { claimId, type ClaimOptions, type OwnClaim } from '../orders/claim-id.js';
import { looksUpAll } from '../orders/order-safety.js';
import { keepOpen, settleAfterwards } from '../orders/journal-settlements.js';
import type { Outcome } from '../policies/resilience-policy.js';
import { isOrder } from './answer-shapes.js';
import { clientState } from './client-state.js';
import { generateId } from './generate-id.js';
import type { Around } from './in-client.js';

/** The outcome of one order of a batch. */
export type OrderOutcome<Placed> = Outcome<Placed> & {
  /** The id with which the order was sent. */
  readonly clientOrderId: string;
};

/** The fields of all orders that go into a batch. */
interface BatchOrder {
  readonly symbol: string;
  readonly newClientOrderId?: string | undefined;
}

/** An order with the id that it has on every attempt. */
type NamedOrder<Order extends BatchOrder> = Order & { readonly newClientOrderId: string };

/** Looks one order up. */
type FindOne<Placed> = (clientOrderId: string, symbol: string) => Promise<Placed | undefined>;

/** Where the orders of a batch keep what they share: a guarded call works with copies of them. */
const batchOf: unique symbol = Symbol('weex-resilience.batch');

/** A batch in progress. */
interface Batch {
  /** What is known so far about its orders, by their ids. */
  readonly known: Map<string, OrderOutcome<unknown>>;
  wasSent: boolean;
  claims: ReadonlyMap<string, OwnClaim>;
}

/**
 * Wraps `placeOrders`: assigns every order its id, and returns the outcome of each, even if the call as a whole
 * failed. The call itself rejects only if no order can exist.
 */
export const settleEach: Around = async ({ self, args, operation, proceed }) => {
  const [given, ...options] = args as [readonly BatchOrder[], ...unknown[]];
  if (given.length === 0) return [];
  const known = new Map<string, OrderOutcome<unknown>>();
  const batch: Batch = { known, wasSent: false, claims: new Map() };
  const orders = given.map((order) => ({
    ...order,
    newClientOrderId: order.newClientOrderId ?? generateId(self, 'order'),
    [batchOf]: batch,
  }));
  const { account, coordinator, journal, market: kind } = clientState(self);
  const claims = await claimEach(orders, known, { account, kind, coordinator, journal, operation });
  batch.claims = claims;
  let failure: unknown;
  try {
    if (known.size < orders.length) await proceed([orders, ...options]);
  } catch (error) {
    failure = error;
    const rejects = callerSignal(args)?.aborted || (known.size === 0 && !mayStand(error));
    if (rejects) {
      for (const { newClientOrderId } of orders) settleIntent(journal, newClientOrderId, known, error);
      throw error;
    }
  } finally {
    for (const [clientOrderId, claim] of claims) {
      const outcome = known.get(clientOrderId);
      claim.release(outcome && !outcome.ok ? mayStand(outcome.error) : !outcome && mayStand(failure));
    }
  }
  return orders.map(({ newClientOrderId: clientOrderId }) => {
    settleIntent(journal, clientOrderId, known, failure);
    const outcome = known.get(clientOrderId);
    return outcome ?? { ok: false, error: errorOf(operation, clientOrderId, failure), clientOrderId };
  });
};

/** Claims the ids of a batch; an order whose id is in doubt gets its outcome at once and is not sent. */
async function claimEach(
  orders: readonly NamedOrder<BatchOrder>[],
  known: Map<string, OrderOutcome<unknown>>,
  state: Omit<ClaimOptions, 'id' | 'operation'> & { readonly operation: string },
): Promise<Map<string, OwnClaim>> {
  const claims = new Map<string, OwnClaim>();
  const claim = async ({ newClientOrderId: clientOrderId }: NamedOrder<BatchOrder>): Promise<void> => {
    try {
      const own = await claimId({ id: clientOrderId, ...state });
      claims.set(clientOrderId, own);
      if (own.isUnknown) throw inDoubt(state.operation, clientOrderId);
    } catch (error) {
      known.set(clientOrderId, { ok: false, error, clientOrderId });
    }
  };
  await Promise.all(orders.map(claim));
  return claims;
}

function inDoubt(operation: string, clientOrderId: string): WEEXOutcomeUnknownError {
  return new WEEXOutcomeUnknownError(
    `Cannot send the order ${clientOrderId} of ${operation}: the outcome of an earlier order with this id is unknown. ` +
      'placeOrder looks it up first',
    { clientOrderId, context: { operation, clientOrderId } },
  );
}

/** What the two markets share of the order safety of batches. */
export const batchSafety: {
  readonly clientOrderId: () => string;
  readonly matches: () => boolean;
  readonly journal: (this: object) => IntentJournal | undefined;
  readonly [looksUpAll]: true;
} = {
  [looksUpAll]: true,
  clientOrderId: () => mintClientOrderId(),
  // The id is that of the batch; every order in it is looked up by its own.
  matches: () => true,
  journal() {
    const { journal } = clientState(this);
    return journal && eachOrder(journal);
  },
};

/** Sends the orders of a batch whose outcome is open, and records what the exchange says about each. */
export async function sendBatch<Order extends BatchOrder, Placed>(
  orders: readonly Order[],
  send: (orders: NamedOrder<Order>[]) => Promise<unknown>,
  find: FindOne<Placed>,
): Promise<OrderOutcome<Placed>[]> {
  const known = knownOf<Placed>(orders);
  const batch = batchWith(orders);
  for (const { newClientOrderId: clientOrderId } of unknownOf(orders)) {
    try {
      batch.claims.get(clientOrderId)?.check();
    } catch (error) {
      known.set(clientOrderId, { ok: false, error, clientOrderId });
    }
  }
  const unsent = unknownOf(orders);
  if (unsent.length === 0) return [...known.values()];
  const again = batch.wasSent;
  batch.wasSent = true;
  const answer = await send(unsent).catch((error: unknown) => {
    const refused = refusedBatch(error);
    if (refused === undefined) throw error;
    return refused;
  });
  for (const outcome of readOutcomes<Placed>(unsent, answer)) known.set(outcome.clientOrderId, outcome);
  // The first order may use up the margin or the id because of which the second one is refused.
  if (again)
    await lookUp(
      unsent.filter(({ newClientOrderId: id }) => !known.get(id)?.ok),
      known,
      find,
    );
  const open = unsent.find(({ newClientOrderId: id }) => !known.has(id));
  if (open) throw unsettled(open.newClientOrderId, answer);
  return [...known.values()];
}

/**
 * Looks up the orders of a batch about which nothing is known. Nothing is returned while some cannot be seen: after
 * the patience only those are sent again.
 */
export async function findBatch<Placed>(
  orders: readonly BatchOrder[],
  find: FindOne<Placed>,
): Promise<OrderOutcome<Placed>[] | undefined> {
  const known = knownOf<Placed>(orders);
  await lookUp(unknownOf(orders), known, find);
  return known.size === orders.length ? [...known.values()] : undefined;
}

async function lookUp<Placed>(
  orders: readonly NamedOrder<BatchOrder>[],
  known: Map<string, OrderOutcome<Placed>>,
  find: FindOne<Placed>,
): Promise<void> {
  const lookups = orders.map(async ({ symbol, newClientOrderId: clientOrderId }) => {
    const value = await find(clientOrderId, symbol);
    if (value !== undefined) known.set(clientOrderId, { ok: true, value, clientOrderId });
  });
  // A failed lookup must not hide what the others find.
  await Promise.allSettled(lookups);
  await Promise.all(lookups);
}

function batchWith(orders: readonly BatchOrder[]): Batch {
  // An empty batch is not sent.
  return (orders[0] as BatchOrder & { readonly [batchOf]: Batch })[batchOf];
}

function knownOf<Placed>(orders: readonly BatchOrder[]): Map<string, OrderOutcome<Placed>> {
  return batchWith(orders).known as Map<string, OrderOutcome<Placed>>;
}

function unknownOf<Order extends BatchOrder>(orders: readonly Order[]): NamedOrder<Order>[] {
  const known = knownOf(orders);
  return (orders as readonly NamedOrder<Order>[]).filter((order) => !known.has(order.newClientOrderId));
}

/**
 * Assigns what the exchange says about each order to the orders: by id, or by place if it gives none. An order that
 * it reports neither as placed nor as refused is left out.
 */
function readOutcomes<Placed>(
  orders: readonly NamedOrder<BatchOrder>[],
  answer: unknown,
): OrderOutcome<Placed>[] {
  const told = batchOutcomes<Placed & { readonly clientOrderId?: string | undefined }>(answer);
  const idOf = (outcome: (typeof told)[number]): string | undefined =>
    outcome.value?.clientOrderId || undefined;
  return orders.flatMap(({ newClientOrderId: clientOrderId }, index): OrderOutcome<Placed>[] => {
    const named = told.filter((outcome) => idOf(outcome) === clientOrderId);
    // A missing row would shift the others to the places of other orders.
    const atPlace = told.length === orders.length ? told[index] : undefined;
    const outcome = named[0] ?? (atPlace && idOf(atPlace) === undefined ? atPlace : undefined);
    if (!outcome || named.some(({ ok }) => ok !== outcome.ok)) return [];
    if (!outcome.ok) {
      return mayStand(outcome.error) ? [] : [{ ok: false, error: outcome.error, clientOrderId }];
    }
    return isOrder(outcome.value) ? [{ ok: true, value: outcome.value, clientOrderId }] : [];
  });
}

/**
 * The answer with which the exchange refused every order of a batch, each for its own reason; `undefined` for any
 * other error.
 */
function refusedBatch(error: unknown): unknown {
  if (!isWEEXError(error) || error.executionStatus !== 'not-executed') return undefined;
  const { data } = error;
  const isList =
    Array.isArray(data) || Array.isArray((data as { orderList?: unknown } | undefined)?.orderList);
  return isList ? data : undefined;
}

/** The error of a batch whose answer leaves the outcome of an order open, so that it is looked up. */
function unsettled(clientOrderId: string, answer: unknown): WEEXSystemError {
  return new WEEXSystemError(
    `Cannot tell from the answer to a batch what became of the order ${clientOrderId}`,
    { data: answer, context: { clientOrderId }, executionStatus: 'unknown' },
  );
}

function mayStand(error: unknown): boolean {
  return isWEEXError(error) && error.executionStatus === 'unknown';
}

function errorOf(operation: string, clientOrderId: string, cause: unknown): unknown {
  if (cause !== undefined && !mayStand(cause)) return cause;
  return new WEEXOutcomeUnknownError(
    `Cannot establish whether the order ${clientOrderId} of ${operation} was placed. ` +
      'Look it up with findOrder before you place it again',
    { clientOrderId, cause, context: { operation, clientOrderId } },
  );
}

/** Records a batch in the journal as its single orders, so that each can be recovered separately. */
function eachOrder(journal: IntentJournal): IntentJournal {
  return {
    async sent({ args, operation, begunAt, sentAt }) {
      const unsent = unknownOf(args[0] as readonly BatchOrder[]);
      const single = operation?.replace('placeOrders', 'placeOrder');
      const write = async (order: NamedOrder<BatchOrder>): Promise<void> => {
        keepOpen(journal, order.newClientOrderId);
        await journal.sent({
          clientOrderId: order.newClientOrderId,
          operation: single,
          args: [order],
          begunAt,
          sentAt,
        });
      };
      await Promise.all(unsent.map(write));
    },
    // Each order is settled by its outcome, once the caller has the result.
    settled() {},
    open: () => [],
    sendBefore: () => journal.sendBefore?.(),
  };
}

function settleIntent(
  journal: IntentJournal | undefined,
  clientOrderId: string,
  known: ReadonlyMap<string, OrderOutcome<unknown>>,
  failure: unknown,
): void {
  if (!journal) return;
  const outcome = known.get(clientOrderId);
  const error = outcome && !outcome.ok ? outcome.error : failure;
  if (outcome?.ok) settleAfterwards(journal, clientOrderId, 'executed');
  else if (isWEEXError(error) && error.executionStatus === 'not-executed')
    settleAfterwards(journal, clientOrderId, 'not-executed');
}
