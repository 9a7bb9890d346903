import { WEEXOutcomeUnknownError } from '../errors/index.js';

/** The error of an attempt whose answer does not confirm its order. */
export function unconfirmed(value: unknown, id: string | undefined, why: string): WEEXOutcomeUnknownError {
  return new WEEXOutcomeUnknownError(`Cannot tell from the answer whether order ${id} was placed: ${why}`, {
    clientOrderId: id,
    data: value,
  });
}
