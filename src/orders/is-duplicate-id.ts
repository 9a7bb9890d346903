import { isWEEXError } from '../errors/index.js';

// The exchange documents no code for it, so its text decides; a code that other exchanges use for it counts as
// well.
const pattern =
  /duplicat\w*.{0,20}(?:order|client|oid|id)|(?:client|order).{0,12}id.{0,20}(?:exist|duplicat|repeat|used|in use|taken|unique|conflict)|order.{0,10}already (?:placed|exist)|订单.{0,6}重复/i;
const duplicateCode = -4116;

/** Whether a refusal says that an order with this client order id already exists: it can only be this one. */
export function isDuplicateId(error: unknown): boolean {
  if (!isWEEXError(error)) return false;
  if (error.kind === 'order' && (error as { reason?: unknown }).reason === 'not-found') return false;
  if (error.code === duplicateCode) return true;
  return pattern.test(error.message) && !/not.{0,5}exist/i.test(error.message);
}
