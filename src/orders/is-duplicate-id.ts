import { isWEEXError } from '../errors/index.js';

// No code of the exchange is documented for it, so that its words decide.
const pattern =
  /duplicat\w*.{0,20}(?:order|client|oid|id)|(?:client|order).{0,12}id.{0,20}(?:exist|duplicat|repeat|used|taken)/i;

/** Whether a refusal says that an order with this client order id is there already: it can only be this one. */
export function isDuplicateId(error: unknown): boolean {
  if (!isWEEXError(error)) return false;
  if (error.kind === 'order' && (error as { reason?: unknown }).reason === 'not-found') return false;
  return pattern.test(error.message) && !/not.{0,5}exist/i.test(error.message);
}
