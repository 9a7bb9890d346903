import { isSuccessCode } from '../errors/codes/success-codes.js';
import { redactValue } from '../errors/redact.js';
import { WEEXSystemError } from '../errors/index.js';
import { requestSecrets } from '../http/request-secrets.js';
import type { AxiosResponse } from 'axios';
import type { AnswerShapeName, Endpoint } from './endpoint.js';

type Fields = Readonly<Record<string, unknown>>;

/** What an answer is expected to be, and how to check it: a proxy may answer with valid JSON too. */
interface AnswerShape {
  /** For the error message. */
  readonly name: string;
  readonly fits: (answer: unknown) => boolean;
}

/** The shapes of answers. They require what the client relies on, and nothing else. */
const answerShapes: Readonly<Record<AnswerShapeName, AnswerShape>> = {
  time: {
    name: 'an object with a serverTime',
    fits: (answer) => isFields(answer) && Number.isFinite(answer['serverTime']),
  },
  object: { name: 'an object', fits: isFields },
  book: {
    name: 'an object with bids and asks',
    fits: (answer) => isFields(answer) && Array.isArray(answer['bids']) && Array.isArray(answer['asks']),
  },
  objectOrList: {
    name: 'an object or a list of objects',
    fits: (answer) => isFields(answer) || isList(answer),
  },
  list: { name: 'a list of objects', fits: isList },
  order: { name: 'an object with an orderId or clientOrderId', fits: isOrder },
  done: { name: 'an object with an orderId or success', fits: isDone },
  allDone: {
    name: 'a list of orders or an object with an orderId or success',
    fits: (answer) => isList(answer) || isDone(answer),
  },
  batch: {
    name: 'a list of orders',
    fits: (answer) => isList(answer) || (isFields(answer) && isList(answer['orderList'])),
  },
  oneDone: {
    name: 'a list of one object with an orderId or success',
    fits: (answer) => Array.isArray(answer) && answer.length === 1 && isDone(answer[0]),
  },
  orders: {
    name: 'an object with a list of orders',
    fits: (answer) => isFields(answer) && isList(answer['orders']),
  },
  confirmed: {
    name: 'an object with a success code',
    fits: (answer) => isFields(answer) && isCode(answer['code']) && isSuccessCode(answer['code']),
  },
  ofSymbol: {
    name: 'an object with a symbol',
    fits: (answer) => isFields(answer) && typeof answer['symbol'] === 'string',
  },
  items: {
    name: 'an object with a list of items',
    fits: (answer) => isFields(answer) && isList(answer['items']),
  },
  rows: {
    name: 'a list of lists',
    fits: (answer) => Array.isArray(answer) && answer.every((row) => Array.isArray(row)),
  },
  texts: {
    name: 'a list of strings',
    fits: (answer) => Array.isArray(answer) && answer.every((text) => typeof text === 'string'),
  },
};

/**
 * Rejects an answer that does not fit its request. The outcome of a write is unknown then: the order may exist.
 *
 * @throws WEEXSystemError
 */
export function checkAnswer(operation: string, endpoint: Endpoint, response: AxiosResponse): void {
  const { data, status, config } = response as AxiosResponse<unknown>;
  const { name, fits } = answerShapes[endpoint.answer];
  if (fits(data)) return;
  throw new WEEXSystemError(`${operation} failed: The answer is not ${name} (HTTP ${status})`, {
    code: status,
    data: redactValue(data, requestSecrets(config)),
    context: { operation, method: endpoint.verb, path: endpoint.path, status },
    executionStatus: endpoint.effect === 'write' ? 'unknown' : undefined,
  });
}

/**
 * Refuses an answer that names another symbol or order than its request does.
 *
 * @throws WEEXSystemError
 */
export function checkSubject(
  operation: string,
  { effect }: Endpoint,
  asked: Fields,
  response: AxiosResponse,
): void {
  const { data, config } = response as AxiosResponse<unknown>;
  const answer: unknown = Array.isArray(data) && data.length === 1 ? data[0] : data;
  if (!isFields(answer)) return;
  const name = (['symbol', 'orderId'] as const).find(
    (field) =>
      nameOf(answer[field]) && nameOf(asked[field]) && nameOf(answer[field]) !== nameOf(asked[field]),
  );
  if (name === undefined) return;
  throw new WEEXSystemError(
    `${operation} failed: The answer is about ${name} ${nameOf(answer[name])}, but the request was about ${nameOf(asked[name])}`,
    {
      data: redactValue(data, requestSecrets(config)),
      context: { operation },
      executionStatus: effect === 'write' ? 'unknown' : undefined,
    },
  );
}

/** A symbol or an id, in upper case, as the exchange returns symbols. */
function nameOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value).toUpperCase() : '';
}

/** Whether an answer, or an item of one, describes an order. */
export function isOrder(answer: unknown): boolean {
  return (
    isFields(answer) &&
    [answer['orderId'], answer['clientOrderId'], answer['origClientOrderId']].some(
      (id) => typeof id === 'number' || (typeof id === 'string' && id !== ''),
    )
  );
}

/** For a command, the exchange's confirmation is enough. */
function isDone(answer: unknown): boolean {
  return isOrder(answer) || (isFields(answer) && answer['success'] === true);
}

function isList(answer: unknown): boolean {
  return Array.isArray(answer) && answer.every(isFields);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCode(value: unknown): value is number | string {
  return typeof value === 'number' || typeof value === 'string';
}
