/** A request that can change something, from the moment an attempt began to send it. */
export interface SentRequest {
  /** Method and path, where they are known. */
  readonly target?: string | undefined;
  /** Its query and body, where they are text: an order carries its client order id there. */
  body: string | undefined;
  /**
   * `'open'` until the answer to this very request is in. `'executed'`: the exchange reported success. `'refused'`:
   * the exchange refused it in words of its own, or it was proven absent. `'unknown'`: it ended without either.
   */
  outcome: 'open' | 'executed' | 'refused' | 'unknown';
  /** What the exchange refused it with. */
  refusal?: unknown;
  /** What it ended with where that proves nothing. */
  failure?: unknown;
  /** When it began, in milliseconds of the machine's monotonic clock. */
  readonly begunAt: number;
}

/** Fields of an order that differ from one sending to the next. */
const fleeting =
  /(["&?]|^)(newClientOrderId|clientOrderId|clientOid|client_oid|clientAlgoId|timestamp|recvWindow|signature)("\s*:\s*(?:"[^"]*"|[^,}\]]*)|=[^&]*)/gi;

/** Whether two requests order the same, whatever their ids are. */
export function isSameOrder(left: SentRequest, right: SentRequest): boolean {
  if (left.target !== right.target || left.body === undefined || right.body === undefined) return false;
  return left.body.replace(fleeting, '') === right.body.replace(fleeting, '');
}

/** Whether a request places an order, as far as the end of its path tells: what is before it may be a gateway's. */
export function placesOrder({ target = '' }: SentRequest): boolean {
  const [last = '', before = ''] = target.split('/').toReversed();
  return (
    target.startsWith('POST ') &&
    /order/i.test(`${before}/${last}`) &&
    !/cancel|info|history|query|detail|fills|current|^open|log/i.test(last)
  );
}

/** Fields under which an order carries its client order id. */
const idFields =
  /\b(?:newClientOrderId|clientOrderId|clientOid|client_oid|clientAlgoId|origClientOrderId)"?\s*[:=]\s*"?([^"&,}\s]*)/gi;

/** Whether a request is about the order with an id: a longer id, or one in a remark, is another. */
export function carriesId({ body }: SentRequest, id: string): boolean {
  if (body === undefined) return false;
  const encoded = encodeURIComponent(id);
  if (!body.includes(id) && !body.includes(encoded)) return false;
  const named = [...body.matchAll(idFields)].map(([, value]) => value);
  if (named.length > 0) return named.includes(id) || named.includes(encoded);
  const parts = body.split(/[^\w.:/%-]+/);
  return parts.includes(id) || parts.includes(encoded);
}
