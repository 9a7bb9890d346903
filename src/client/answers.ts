import { WEEXRequestError } from '../errors/index.js';

/** The fields of answers that contain an id, as a number or a string. */
const idFields = [
  'orderId',
  'id',
  'algoId',
  'actualOrderId',
  'positionId',
  'successOrderId',
  'separatedOpenOrderId',
  'billId',
] as const;

/** The fields that contain a list inside an answer. */
const listFields = ['orderList', 'orders', 'items'] as const;

/** Turns every id of an answer, of its items and of the lists in it into a string, in place. */
export function withStringIds<Answer>(answer: Answer): Answer {
  if (Array.isArray(answer)) {
    for (const item of answer) withStringIds(item);
  } else if (typeof answer === 'object' && answer !== null) {
    const fields = answer as Record<string, unknown>;
    for (const field of idFields) {
      if (typeof fields[field] === 'number') fields[field] = String(fields[field]);
    }
    for (const field of listFields) if (Array.isArray(fields[field])) withStringIds(fields[field]);
  }
  return answer;
}

/** The item about one symbol: some endpoints wrap it into a list. */
export function itemOf<Item extends { readonly symbol: string }>(
  operation: string,
  symbol: string,
  answer: Item | readonly Item[],
): Item {
  const item = [answer].flat().find((one) => one?.symbol?.toUpperCase() === symbol.toUpperCase());
  if (item) return item as Item;
  throw new WEEXRequestError(`Cannot call ${operation}: the exchange returned nothing for symbol ${symbol}`, {
    data: answer,
    context: { operation, symbol },
  });
}
