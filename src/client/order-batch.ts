import { setTimeout as wait } from 'node:timers/promises';
import { resilienceContext } from '../decorators/index.js';
import { isWEEXError, WEEXOutcomeUnknownError, WEEXRequestError } from '../errors/index.js';
import { batchOutcomes, type FailureContext } from '../http/index.js';
import { mintClientOrderId } from '../orders/index.js';
import type { Outcome } from '../policies/resilience-policy.js';

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
export const batchSafety = {
  clientOrderId: (): string => mintClientOrderId(),
  /** One look-up, which has its own patience. */
  settleMs: 0,
  lookUpPolicy: undefined,
} as const;

/** The waits before the look-ups of a batch whose answer was lost, in milliseconds. */
const lookUpWaitsMs: readonly number[] = [0, 1_000, 3_000];

/**
 * The client order ids of a batch: the caller's own, the others made from the id of the batch, so that they are
 * the same on every attempt and when they are looked up.
 *
 * @throws WEEXRequestError when two orders have the same id: they could not be told apart.
 */
export function batchIds(operation: string, orders: readonly BatchedOrder[], batchId: string): string[] {
  const ids = orders.map((order, index) => order.newClientOrderId ?? `${batchId}-${index}`);
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
 * Looks up every order of a batch whose answer was lost. An order that is not to be seen after some patience is an
 * outcome that nobody knows: it may have been refused, or not be visible yet. Nothing of a batch is sent again.
 */
export async function findBatch<Placed>(
  ids: readonly string[],
  find: (id: string, index: number) => Promise<Placed | undefined>,
): Promise<OrderOutcome<Placed>[]> {
  const signal = resilienceContext()?.signal;
  const outcomes = new Map<string, OrderOutcome<Placed>>();
  const lookUp = async (clientOrderId: string, index: number): Promise<void> => {
    if (outcomes.get(clientOrderId)?.ok) return;
    const outcome = await lookUpOne(clientOrderId, () => find(clientOrderId, index), signal);
    outcomes.set(clientOrderId, outcome);
  };
  for (const waitMs of lookUpWaitsMs) {
    await wait(waitMs, undefined, signal ? { signal } : {});
    await Promise.all(ids.map(lookUp));
    if (ids.every((id) => outcomes.get(id)?.ok)) break;
  }
  return ids.map((id) => outcomes.get(id) as OrderOutcome<Placed>);
}

async function lookUpOne<Placed>(
  clientOrderId: string,
  find: () => Promise<Placed | undefined>,
  signal: AbortSignal | undefined,
): Promise<OrderOutcome<Placed>> {
  try {
    const value = await find();
    if (value !== undefined) return { ok: true, value, clientOrderId };
    return { ok: false, error: unknownOutcome(clientOrderId), clientOrderId };
  } catch (error) {
    if (signal?.aborted) throw error;
    return { ok: false, error: unknownOutcome(clientOrderId, error), clientOrderId };
  }
}

function unknownOutcome(clientOrderId: string, cause?: unknown): WEEXOutcomeUnknownError {
  return new WEEXOutcomeUnknownError(
    `Cannot establish whether the order ${clientOrderId} of a batch was placed: ` +
      `${cause === undefined ? 'it is not to be seen' : 'it could not be looked up'}. ` +
      'Look it up with findOrder before you place it again',
    { clientOrderId, cause },
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
