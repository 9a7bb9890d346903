import type { IPolicy } from 'cockatiel';
import { resilienceContext } from '../decorators/index.js';
import { isWEEXError, WEEXOutcomeUnknownError, WEEXRequestError, WEEXSystemError } from '../errors/index.js';
import { batchOutcomes, type FailureContext } from '../http/index.js';
import { createMemoryJournal, mintClientOrderId, recoverIntents, type Venue } from '../orders/index.js';
import type { Outcome } from '../policies/resilience-policy.js';
import { lookUpPolicy, reconcileDeadlineMs } from './look-up-policy.js';

/** What became of one order of a batch, in the order of the request. */
export type OrderOutcome<Placed> = Outcome<Placed> & {
  /** The id that the order was sent with. */
  readonly clientOrderId: string;
};

/** What all orders have that go into a batch. */
interface BatchedOrder {
  readonly symbol: string;
  readonly newClientOrderId?: string | undefined;
}

/** What the two markets have in common of the order safety of batches. */
export const batchSafety: {
  clientOrderId(): string;
  readonly settleMs: number;
  readonly lookUpPolicy: IPolicy;
  readonly reconcileDeadlineMs: number;
} = {
  clientOrderId: (): string => mintClientOrderId(),
  /** One look-up, which has the patience of the venue for each order: nothing may cut it short. */
  settleMs: 0,
  lookUpPolicy,
  reconcileDeadlineMs: 2 * reconcileDeadlineMs,
};

/**
 * The client order ids of a batch: the caller's own, the others made from the id of the batch, so that they are
 * the same on every attempt and when they are looked up. Letters and digits alone, as spot wants them.
 *
 * @throws WEEXRequestError when two orders have the same id: they could not be told apart.
 */
export function batchIds(operation: string, orders: readonly BatchedOrder[], batchId: string): string[] {
  const ids = orders.map((order, index) => order.newClientOrderId ?? `${batchId}${index}`);
  const double = ids.find((id, index) => ids.indexOf(id) !== index);
  if (double === undefined) return ids;
  throw new WEEXRequestError(`Cannot call ${operation}: two orders have the newClientOrderId ${double}`, {
    context: { operation },
    executionStatus: 'not-executed',
  });
}

/**
 * Sends a batch and tells of each order what became of it, also where the exchange refused all of them. No orders
 * are no request.
 */
export async function placeBatch<Order extends BatchedOrder, Placed>(
  operation: string,
  orders: readonly Order[],
  send: (orders: Order[]) => Promise<unknown>,
): Promise<OrderOutcome<Placed>[]> {
  if (orders.length === 0) return [];
  const ids = batchIds(operation, orders, resilienceContext()?.clientOrderId ?? mintClientOrderId());
  const answer = await send(orders.map((order, index) => ({ ...order, newClientOrderId: ids[index] }))).catch(
    (error: unknown) => {
      const refused = refusedBatch(error);
      if (refused === undefined) throw error;
      return refused;
    },
  );
  return joinOutcomes(ids, answer, { operation, isRead: false });
}

/**
 * Looks up every order of a batch whose answer was lost, each with the patience of the venue. `undefined` when none
 * of them was executed: then the batch may be sent again. Else each order says for itself whether it was.
 */
export async function findBatch<Placed>(
  ids: readonly string[],
  venue: Venue,
  find: (id: string, index: number) => Promise<Placed | undefined>,
): Promise<OrderOutcome<Placed>[] | undefined> {
  const sentAt = Date.now();
  const journal = createMemoryJournal();
  for (const clientOrderId of ids) await journal.sent({ clientOrderId, args: [], begunAt: sentAt, sentAt });
  const recovered = await recoverIntents({
    journal,
    venue,
    lookUpPolicy,
    reconcileDeadlineMs,
    concurrency: ids.length,
    signal: resilienceContext()?.signal,
    find: ({ clientOrderId }) => find(clientOrderId, ids.indexOf(clientOrderId)),
  });
  if (recovered.every(({ outcome }) => outcome === 'not-executed')) return undefined;
  return recovered.map((found): OrderOutcome<Placed> => {
    const { clientOrderId } = found.intent;
    if (found.outcome === 'executed') return { ok: true, value: found.value, clientOrderId };
    const error = found.outcome === 'unknown' ? found.error : notExecuted(clientOrderId);
    return { ok: false, error, clientOrderId };
  });
}

function notExecuted(clientOrderId: string): WEEXSystemError {
  return new WEEXSystemError(
    `The order ${clientOrderId} of a batch was not executed: the answer was lost, and the order is not to be seen`,
    { executionStatus: 'not-executed', context: { clientOrderId } },
  );
}

function unknownOutcome(clientOrderId: string): WEEXOutcomeUnknownError {
  return new WEEXOutcomeUnknownError(
    `Cannot establish whether the order ${clientOrderId} of a batch was placed: the answer does not mention it. ` +
      'Look it up with findOrder before you place it again',
    { clientOrderId },
  );
}

/** Joins what the exchange tells of each order with the ids of the request: by id, or where it tells none by place. */
function joinOutcomes<Placed>(
  ids: readonly string[],
  answer: unknown,
  context: FailureContext,
): OrderOutcome<Placed>[] {
  const told = batchOutcomes<Placed & { readonly clientOrderId?: string | undefined }>(answer, context);
  const byId = new Map(told.map((outcome) => [outcome.value?.clientOrderId, outcome]));
  return ids.map((clientOrderId, index) => {
    const atPlace = told[index]?.value?.clientOrderId ? undefined : told[index];
    const outcome = byId.get(clientOrderId) ?? atPlace;
    if (outcome?.ok) return { ok: true, value: outcome.value, clientOrderId };
    return { ok: false, error: outcome?.error ?? unknownOutcome(clientOrderId), clientOrderId };
  });
}

/**
 * The answer in which the exchange refused every order of a batch, each for a reason of its own; `undefined` where
 * an error says anything else.
 */
function refusedBatch(error: unknown): unknown {
  if (!isWEEXError(error) || (error.kind !== 'order' && error.kind !== 'request')) return undefined;
  const { data } = error;
  const isList =
    Array.isArray(data) || Array.isArray((data as { orderList?: unknown } | undefined)?.orderList);
  return isList ? data : undefined;
}
