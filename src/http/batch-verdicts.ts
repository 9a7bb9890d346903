import { clientIdFields, namesOrder } from '../core/context/names-order.js';
import { idsIn, type SentRequest } from '../core/context/sent-request.js';
import { type BatchOutcome, batchOutcomes } from './batch-outcomes.js';

/**
 * What the answer to a batch says about each order: by its client order id or, if the answer has none, by its place
 * in a list. An order that the answer does not mention has no verdict. `undefined` if the answer is not one to a
 * batch.
 */
export function batchVerdicts({ body, ids }: SentRequest, answer: unknown): SentRequest['verdicts'] {
  const outcomes = ids.length > 1 ? batchOutcomes(answer) : [];
  if (outcomes.length === 0) return undefined;
  const named = outcomes.map(({ value }) => idOfItem(value));
  const orders = ordersIn(body).map((order) => idsIn(JSON.stringify(order)));
  const isByPlace = Array.isArray(answer) && answer.length === orders.length && !named.some(Boolean);
  const rest = orders.filter((own) => !own.some((id) => named.includes(id)));
  const isLast = rest.length === 1 && named.filter((id) => id === undefined).length === 1;
  const verdicts = new Map<string, SentRequest['outcome']>();
  for (const [index, outcome] of outcomes.entries()) {
    const id = named[index];
    const own = id === undefined ? (isLast ? rest[0] : isByPlace ? orders[index] : []) : [id];
    for (const one of own ?? []) verdicts.set(one, verdictOf(outcome));
  }
  const isClear = verdicts.size > 0 || outcomes.some((outcome) => verdictOf(outcome) !== 'executed');
  return isClear ? verdicts : undefined;
}

function verdictOf(outcome: BatchOutcome): SentRequest['outcome'] {
  if (outcome.ok) return namesOrder(outcome.value) ? 'executed' : 'unknown';
  return outcome.error.executionStatus === 'not-executed' ? 'refused' : 'unknown';
}

/** The orders of a batch, as its body lists them. */
function ordersIn(body = ''): readonly unknown[] {
  try {
    // After the query, if there is one.
    const told: unknown = JSON.parse(body.slice(Math.max(0, body.search(/[[{]/))));
    if (Array.isArray(told)) return told;
    return Object.values(told as object).find((field) => Array.isArray(field)) ?? [];
  } catch {
    return [];
  }
}

/** The client order id in an item of an answer. */
export function idOfItem(item: unknown): string | undefined {
  const fields = (item ?? {}) as Readonly<Record<string, unknown>>;
  const id = clientIdFields
    .map((name) => fields[name])
    .find((field) => field !== undefined && field !== null);
  return typeof id === 'string' && id !== '' ? id : undefined;
}
