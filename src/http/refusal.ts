import { isSuccessCode } from '../errors/codes/success-codes.js';

/** The failure that an answer reports. */
export interface Refusal {
  readonly code?: number | string;
  readonly message?: string;
  /** `order`: a flag on an order, in an answer that is otherwise a success. `answer`: the answer itself. */
  readonly level: 'answer' | 'order';
  /** Whether a flag such as `success: false` reports the failure. */
  readonly flagged?: true;
  /** Whether the answer is not JSON but the page of a firewall or a proxy. */
  readonly isPage?: true;
  /** The refusals of all orders, in order, if every order of a batch was refused. */
  readonly items?: readonly Refusal[];
}

type Fields = Readonly<Record<string, unknown>>;

const codeFields = ['code', 'errorCode', 'errCode', 'error_code', 'err_code'] as const;
const messageFields = ['msg', 'message', 'errorMessage', 'errorMsg', 'err_msg', 'errMsg', 'error'] as const;
const orderCodeFields = ['errorCode', 'errCode', 'error_code', 'err_code'] as const;
const orderMessageFields = ['errorMessage', 'errorMsg', 'err_msg', 'errMsg'] as const;
const orderIdFields = ['orderId', 'order_id', 'clientOrderId', 'client_oid', 'positionId'] as const;
/** The fields with the items of a batch; an item in one of the `failedFields` is refused in any case. */
const batchFields = ['orderList', 'orderInfo', 'order_info', 'orders', 'successList', 'data'] as const;
const failedFields = ['failInfos', 'failureList', 'fail_infos'] as const;

/**
 * Looks for a failure in the body of an answer with a successful HTTP status. A success costs three property reads.
 *
 * @param write Whether the request could change something. Only then are the items of an array, and error texts
 * beside an order, the outcome of the request; in the answer to a read they are data.
 */
export function findRefusal(body: unknown, write: boolean): Refusal | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  if (Array.isArray(body)) return write ? findBatchRefusal(body, []) : undefined;
  const fields = body as Fields;
  const { code } = fields;
  const failed = hasFailedFlag(fields);
  if (code === undefined && !failed && !write) return undefined;
  const own = findOwnRefusal(fields, write);
  if (!write) return own;
  const items = batchItems(fields);
  // A flag for a whole batch says that some item failed; the items say which.
  if (items && (own === undefined || own.code === undefined)) {
    return findBatchRefusal(items.listed, items.failed) ?? (items.listed.length > 0 ? undefined : own);
  }
  return own ?? (isFields(fields['data']) ? findOwnRefusal(fields['data'], true) : undefined);
}

/** Returns the code and text of a body that is known to be a failure, whatever it looks like. */
export function describeFailure(body: unknown): Refusal {
  if (Array.isArray(body)) return body.length > 0 ? describeFailure(body[0]) : { level: 'answer' };
  if (typeof body === 'string' && isPage(body)) return { level: 'answer', isPage: true };
  if (!isFields(body)) return { level: 'answer' };
  const code = codeOf(body, codeFields);
  const nested = body['data'] ?? body['error'];
  if (code === undefined && textOf(body, messageFields) === undefined && isFields(nested)) {
    return describeFailure({ ...nested, data: undefined, error: undefined });
  }
  return refusal('answer', code, textOf(body, messageFields));
}

/** Returns each item of a batch with its refusal, which is `undefined` if it was accepted. */
export function itemRefusals(body: unknown): readonly { item: unknown; refusal: Refusal | undefined }[] {
  const none = { listed: [], failed: [] };
  const inObject = isFields(body) ? (batchItems(body) ?? none) : none;
  const { listed, failed } = Array.isArray(body) ? { listed: body, failed: [] } : inObject;
  return [
    ...listed.map((item: unknown) => ({ item, refusal: itemRefusal(item) })),
    ...failed.map((item) => ({ item, refusal: itemRefusal(item) ?? failedItem(item) })),
  ];
}

function findOwnRefusal(fields: Fields, write: boolean): Refusal | undefined {
  const code = codeOf(fields, ['code']);
  if (code !== undefined && !isSuccessCode(code)) {
    const text = textOf(fields, messageFields);
    // A text code without an explanation is data, such as the code of a coin.
    if (typeof code === 'number' || Number.isFinite(Number(code)) || text !== undefined) {
      return refusal('answer', code, text);
    }
  }
  if (hasFailedFlag(fields) || (write && hasOrderFault(fields))) {
    const level = isOrder(fields) ? 'order' : 'answer';
    return {
      ...refusal(level, codeOf(fields, orderCodeFields), textOf(fields, messageFields)),
      flagged: true,
    };
  }
  return undefined;
}

function findBatchRefusal(listed: readonly unknown[], failed: readonly unknown[]): Refusal | undefined {
  const items: Refusal[] = [];
  for (const item of listed) {
    const refused = itemRefusal(item);
    if (!refused) return undefined;
    items.push(refused);
  }
  for (const item of failed) items.push(itemRefusal(item) ?? failedItem(item));
  const [first] = items;
  return first && { ...first, items };
}

function itemRefusal(item: unknown): Refusal | undefined {
  const refused = isFields(item) ? findOwnRefusal(item, true) : undefined;
  return refused && { ...refused, level: 'order' };
}

function failedItem(item: unknown): Refusal {
  return { ...describeFailure(item), level: 'order' };
}

function batchItems(fields: Fields): { listed: readonly unknown[]; failed: readonly unknown[] } | undefined {
  const listed = itemsOf(fields, batchFields);
  const failed = itemsOf(fields, failedFields);
  return listed || failed ? { listed: listed ?? [], failed: failed ?? [] } : undefined;
}

/** Returns the items of all lists under these names; `undefined` if there is no such list. */
function itemsOf(fields: Fields, names: readonly string[]): readonly unknown[] | undefined {
  const { data } = fields;
  const inner = isFields(data) ? data : undefined;
  let items: unknown[] | undefined;
  for (const name of names) {
    const [own, below] = [fields[name], inner?.[name]];
    if (Array.isArray(own)) items = [...(items ?? []), ...(own as unknown[])];
    if (Array.isArray(below)) items = [...(items ?? []), ...(below as unknown[])];
  }
  return items;
}

function hasFailedFlag({ success, result }: Fields): boolean {
  return success === false || result === false || success === 'false' || result === 'false';
}

function hasOrderFault(fields: Fields): boolean {
  if (fields['success'] === true || fields['result'] === true) return false;
  const code = codeOf(fields, orderCodeFields);
  if (code !== undefined) return !isSuccessCode(code);
  const text = textOf(fields, orderMessageFields);
  return text !== undefined && !/^(?:success|ok)$/i.test(text);
}

function isOrder(fields: Fields): boolean {
  return orderIdFields.some((name) => fields[name] !== undefined) || hasOrderFault(fields);
}

function codeOf(fields: Fields, names: readonly string[]): number | string | undefined {
  for (const name of names) {
    const value = fields[name];
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    if (typeof value === 'bigint') return String(value);
    if (typeof value === 'string' && value.trim() !== '') return value.trim();
  }
  return undefined;
}

function textOf(fields: Fields, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = fields[name];
    if (typeof value === 'string' && value.trim() !== '') return value.trim();
  }
  return undefined;
}

/** Whether a text is not even truncated JSON. */
function isPage(text: string): boolean {
  return /^\s*[^\s{[]/.test(text);
}

function refusal(level: Refusal['level'], code?: number | string, message?: string): Refusal {
  return {
    level,
    ...(code === undefined ? {} : { code }),
    ...(message === undefined ? {} : { message }),
  };
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
