import { isNoId, namesOrder } from '../core/context/names-order.js';
import { isWEEXError, WEEXOutcomeUnknownError, WEEXSystemError } from '../errors/index.js';
import { setExecutionStatus } from '../errors/set-execution-status.js';
import { carriesOtherId } from './carries-other-id.js';
import { isEmptySuccess, isRefusalBody } from './refusal-body.js';

/** The fields in which an answer has the order's own id. */
const idFields = ['orderId', 'order_id'] as const;

/** Whether a result looks like an acknowledgement but is not one: it is about another order, or its id is not an id. */
export function isNoConfirmation(value: unknown, id: string | undefined): boolean {
  if (typeof value === 'string') return value.trimStart().startsWith('<');
  if (typeof value !== 'object' || value === null || id === undefined) return false;
  if (carriesOtherId(value, id)) return true;
  const fields = value as Readonly<Record<string, unknown>>;
  return idFields.some((name) => name in fields && isNoId(fields[name])) || isRefusalBody(value);
}

/** Whether an answer reports success without saying of what, as proxies and half-finished deployments do. */
export function isBareSuccess(value: unknown, id: string | undefined): boolean {
  if (typeof value !== 'object' || value === null || id === undefined) return false;
  const { success } = value as { readonly success?: unknown };
  return (success === true || isEmptySuccess(value)) && !namesOrder(value);
}

/** The error of an attempt whose answer does not confirm its order. */
export function unconfirmed(value: unknown, id: string | undefined, why: string): WEEXOutcomeUnknownError {
  return new WEEXOutcomeUnknownError(`Cannot tell from the answer whether order ${id} was placed: ${why}`, {
    clientOrderId: id,
    data: value,
  });
}

/** The failure of an attempt whose order was proven absent: what was unknown about it is known now. */
export function notPlaced(operation: string | undefined, id: string | undefined, failure: unknown): unknown {
  if (!isWEEXError(failure)) return failure;
  if (failure.kind !== 'outcome-unknown') {
    if (failure.executionStatus === 'unknown') setExecutionStatus(failure, 'not-executed');
    return failure;
  }
  return new WEEXSystemError(
    `${operation ?? 'The call'} failed: its answer acknowledged no order, and the lookup showed that order ${id} does not exist`,
    {
      executionStatus: 'not-executed',
      data: failure.data,
      context: { ...failure.context, operation, clientOrderId: id },
      cause: failure,
    },
  );
}
