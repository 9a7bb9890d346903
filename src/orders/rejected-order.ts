import { WEEXOrderError } from '../errors/index.js';

/** States of an order that the exchange took in and then did not make. */
const rejectedStates: ReadonlySet<unknown> = new Set(['REJECTED', 'FAILED']);

/** Where an order says how much of it was executed: what was, was ordered. */
const executedFields = ['executedQty', 'cumQty', 'filledQty', 'cumQuote', 'cummulativeQuoteQty'] as const;

/** Whether an order that was found has a status that says the exchange rejected it. */
export function isRejected(found: unknown): boolean {
  // Of a list it is the one that is left when others are put aside.
  const order: unknown = Array.isArray(found) && found.length === 1 ? found[0] : found;
  const fields = (order ?? {}) as Readonly<Record<string, unknown>>;
  const { status } = fields;
  if (typeof status !== 'string' || !rejectedStates.has(status.toUpperCase())) return false;
  return !executedFields.some((name) => Number(fields[name]) > 0);
}

/** What a call ends with whose order was found and is rejected: it is known, so it is not sent again. */
export function rejected(
  operation: string | undefined,
  clientOrderId: string | undefined,
  found: unknown,
): WEEXOrderError {
  return new WEEXOrderError(
    `${operation ?? 'The call'} failed: the exchange rejected order ${clientOrderId}`,
    {
      reason: 'refused',
      executionStatus: 'not-executed',
      data: found,
      context: { operation, clientOrderId },
    },
  );
}
