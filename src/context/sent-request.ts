import { performance } from 'node:perf_hooks';

/** A request that can change something, from the moment an attempt began to send it. */
export class SentRequest {
  /** Method and path, where they are known. */
  readonly target: string | undefined;
  /** Whether it places an order. */
  readonly placesOrder: boolean;
  /**
   * `'open'` until the answer to this very request is in. `'executed'`: the exchange reported success. `'refused'`:
   * the exchange refused it in words of its own, or it was proven absent. `'unknown'`: it ended without either.
   */
  outcome: 'open' | 'executed' | 'refused' | 'unknown' = 'open';
  /** What the exchange refused it with. */
  refusal?: unknown;
  /** What it ended with where that proves nothing. */
  failure?: unknown;
  /** What it is remembered under while nobody knows what became of it. */
  key: string | undefined;
  /** When it began, in milliseconds of the machine's monotonic clock. */
  readonly begunAt: number = performance.now();
  #body: string | undefined;
  #ids: readonly string[] | undefined;

  constructor(target?: string, body?: string) {
    this.target = target;
    this.placesOrder = target !== undefined && namesOrderPath(target);
    this.#body = body;
  }

  /** Its query and body, where they are text: an order carries its client order id there. */
  get body(): string | undefined {
    return this.#body;
  }

  set body(body: string | undefined) {
    if (body === this.#body) return;
    this.#body = body;
    this.#ids = undefined;
  }

  /** Whether it is about the order with an id: a longer id, or one in a remark, is another. */
  carriesId(id: string): boolean {
    if (this.#body === undefined) return false;
    this.#ids ??= idsIn(this.#body);
    return this.#ids.includes(id) || this.#ids.includes(encodeURIComponent(id));
  }
}

/** Fields of an order that differ from one sending to the next. */
const fleeting =
  /(["&?]|^)(newClientOrderId|clientOrderId|clientOid|client_oid|clientAlgoId|timestamp|recvWindow|signature)("\s*:\s*(?:"[^"]*"|[^,}\]]*)|=[^&]*)/gi;

/** Whether two requests order the same, whatever their ids are. */
export function isSameOrder(left: SentRequest, right: SentRequest): boolean {
  if (left.target !== right.target || left.body === undefined || right.body === undefined) return false;
  return left.body.replace(fleeting, '') === right.body.replace(fleeting, '');
}

/** Whether a path is one that orders go to, as far as its end tells: what is before it may be a gateway's. */
function namesOrderPath(target: string): boolean {
  if (!target.startsWith('POST ')) return false;
  const end = target.lastIndexOf('/');
  const last = target.slice(end + 1);
  return (
    /order/i.test(target.slice(target.lastIndexOf('/', end - 1) + 1)) &&
    !/cancel|info|history|query|detail|fills|current|^open|log/i.test(last)
  );
}

/** Fields under which an order carries its client order id. */
const idFields =
  /\b(?:newClientOrderId|clientOrderId|clientOid|client_oid|clientAlgoId|origClientOrderId)"?\s*[:=]\s*"?([^"&,}\s]*)/gi;

/** What a body may carry an id as: its fields for one or, where it has none of them, every word of it. */
function idsIn(body: string): readonly string[] {
  const named = Array.from(body.matchAll(idFields), ([, value = '']) => value);
  return named.length > 0 ? named : body.split(/[^\w.:/%-]+/);
}
