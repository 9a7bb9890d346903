import { WEEXOutcomeUnknownError } from '../errors/index.js';

/** What an attempt ends with whose answer is no confirmation of its order. */
export function unconfirmed(value: unknown, id: string | undefined, why: string): WEEXOutcomeUnknownError {
  return new WEEXOutcomeUnknownError(`Cannot tell from the answer whether order ${id} was placed: ${why}`, {
    clientOrderId: id,
    data: value,
  });
}
