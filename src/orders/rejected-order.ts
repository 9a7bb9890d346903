import { WEEXOrderError } from '../errors/index.js';

/** States of an order that the exchange accepted but did not place. */
const rejectedStates: ReadonlySet<unknown> = new Set(['REJECTED', 'FAILED']);

/** The fields with the executed part of an order: if it is above 0, the order was placed. */
const executedFields = ['executedQty', 'cumQty', 'filledQty', 'cumQuote', 'cummulativeQuoteQty'] as const;

/** Whether an order that was found has a status that says the exchange rejected it. */
export function isRejected(found: unknown): boolean {
  // In a list of one, its item.
  const order: unknown = Array.isArray(found) && found.length === 1 ? found[0] : found;
  const fields = (order ?? {}) as Readonly<Record<string, unknown>>;
  const { status } = fields;
  if (typeof status !== 'string' || !rejectedStates.has(status.toUpperCase())) return false;
  return !executedFields.some((name) => Number(fields[name]) > 0);
}

/** The error of a call whose order was found and is rejected: the outcome is known, so it is not sent again. */
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
