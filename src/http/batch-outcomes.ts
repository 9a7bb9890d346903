import type { WEEXError } from '../errors/weex-error.js';
import { buildError } from './build-error.js';
import { answerParts } from './failure-parts.js';
import type { FailureContext } from './failure-context.js';
import { itemRefusals } from './refusal.js';
import { requestFacts } from './request-facts.js';

/** The outcome of one order of a batch. */
export type BatchOutcome<Item = unknown> =
  | { readonly ok: true; readonly value: Item }
  | { readonly ok: false; readonly error: WEEXError; readonly value: Item };

/**
 * Returns, for each order of a batch answer and in the same order, whether it was accepted. The interceptor passes
 * on an answer in which only some orders were refused, because an exception would hide the others; this function
 * finds the refused ones.
 *
 * @param answer The body: a list, or an object that contains one, such as `orderList`.
 * @param context What is known about the request. Default: a write, so that refused orders are `'not-executed'`.
 * @example
 * ```ts
 * import { batchOutcomes } from 'weex-resilience';
 *
 * const answer = [{ orderId: '1', success: true }, { success: false, errorMessage: 'balance not enough' }];
 * for (const outcome of batchOutcomes(answer)) {
 *   if (!outcome.ok) console.log(outcome.error.kind); // order
 * }
 * ```
 */
export function batchOutcomes<Item = unknown>(
  answer: unknown,
  context: FailureContext = { isRead: false },
): BatchOutcome<Item>[] {
  const facts = requestFacts(undefined, context);
  return itemRefusals(answer).map(({ item, refusal }): BatchOutcome<Item> => {
    if (!refusal) return { ok: true, value: item as Item };
    const error = buildError(answerParts(facts, refusal, item, undefined, undefined));
    return { ok: false, error, value: item as Item };
  });
}
