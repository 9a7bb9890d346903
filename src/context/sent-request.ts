/** A request that can change something, from the moment an attempt began to send it. */
export interface SentRequest {
  /** Method and path, where they are known. */
  readonly target?: string | undefined;
  /** Its query and body, where they are text: an order carries its client order id there. */
  readonly body: string | undefined;
  /**
   * `'open'` until the answer to this very request is in. `'executed'`: the exchange reported success. `'refused'`:
   * the exchange refused it in words of its own, or it was proven absent. `'unknown'`: it ended without either.
   */
  outcome: 'open' | 'executed' | 'refused' | 'unknown';
  /** What the exchange refused it with. */
  refusal?: unknown;
}

/** Fields of an order that differ from one sending to the next. */
const fleeting =
  /(["&?]|^)(newClientOrderId|clientOrderId|clientOid|client_oid|clientAlgoId|timestamp|recvWindow|signature)("\s*:\s*(?:"[^"]*"|[^,}\]]*)|=[^&]*)/gi;

/** Whether two requests order the same, whatever their ids are. */
export function isSameOrder(left: SentRequest, right: SentRequest): boolean {
  if (left.target !== right.target || left.body === undefined || right.body === undefined) return false;
  return left.body.replace(fleeting, '') === right.body.replace(fleeting, '');
}

/** Whether a request places an order, as far as its path tells. */
export function placesOrder({ target = '' }: SentRequest): boolean {
  return (
    /^POST .*order/i.test(target) && !/cancel|info|history|query|detail|fills|current|open/i.test(target)
  );
}
