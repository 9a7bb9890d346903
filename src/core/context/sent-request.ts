import { performance } from 'node:perf_hooks';

/** A request that can change something, from the moment an attempt started to send it. */
export class SentRequest {
  /** Method and path, if known. */
  readonly target: string | undefined;
  /** Whether it places an order. */
  readonly placesOrder: boolean;
  /** Whether it cancels, queries or reports an order. */
  readonly isAside: boolean;
  /** Called once its outcome is known. */
  onSettled: ((request: SentRequest) => void) | undefined;
  /** The error with which the exchange refused it. */
  refusal?: unknown;
  /** The outcome of each order in a batch, from its answer. */
  verdicts: ReadonlyMap<string, SentRequest['outcome']> | undefined;
  /** The failure that it ended with, if that proves nothing. */
  failure?: unknown;
  /** Whether its content cannot be read: a stream, or the body of a request that no interceptor saw. */
  isUnread = false;
  /** The exchange and the account that it goes to, if an interceptor saw it. */
  place: string | undefined;
  /** The id in its headers. */
  requestId: string | undefined;
  /** The key under which it is kept while its outcome is unknown. */
  key: string | undefined;
  /** When it started, in milliseconds of the machine's monotonic clock. */
  readonly begunAt: number = performance.now();
  #body: string | undefined;
  #ids: readonly string[] | undefined;
  #isNameless = false;
  #repeated: ReadonlySet<string> | undefined;

  #outcome: 'open' | 'executed' | 'refused' | 'unknown' = 'open';

  constructor(target?: string, body?: string) {
    this.target = target;
    this.isAside = target !== undefined && isBeside(target);
    this.placesOrder = target !== undefined && !this.isAside && namesOrderPath(target);
    this.#body = body;
  }

  /**
   * `'open'` until the answer to this request has arrived. `'executed'`: the exchange reported success.
   * `'refused'`: the exchange explicitly refused it, or it was proven absent. `'unknown'`: it ended without either.
   */
  get outcome(): 'open' | 'executed' | 'refused' | 'unknown' {
    return this.#outcome;
  }

  set outcome(outcome: 'open' | 'executed' | 'refused' | 'unknown') {
    this.#outcome = outcome;
    if (outcome === 'executed' || outcome === 'refused') this.onSettled?.(this);
  }

  /** Its query and body, if they are text: an order carries its client order id there. */
  get body(): string | undefined {
    return this.#body;
  }

  set body(body: string | undefined) {
    if (body === this.#body) return;
    this.#body = body;
    this.#ids = undefined;
  }

  /** The possible client order ids that it carries, as written. */
  get ids(): readonly string[] {
    return (this.#ids ??= this.#readIds(this.#body ?? ''));
  }

  /** The ids that occur more than once in the same field: a batch that places two orders with one id. */
  get repeatedIds(): ReadonlySet<string> {
    return this.ids.length > 1 ? (this.#repeated ?? none) : none;
  }

  /** Whether it has no field for a client order id, as far as it can be read; a stream cannot. */
  get isNameless(): boolean {
    return this.ids.length === 0 || this.#isNameless;
  }

  /** Whether it is about the order with an id: a longer id that contains it, or one in a remark, does not count. */
  carriesId(id: string): boolean {
    const { ids } = this;
    if (ids.includes(id) || ids.includes(encodeURIComponent(id))) return true;
    return this.target?.split('/').includes(id) === true || (oddId.test(id) && this.#carriesOdd(id));
  }

  /** An id that the exchange would not accept, as JSON and forms escape it. */
  #carriesOdd(id: string): boolean {
    const body = this.#body ?? '';
    const inForm = new URLSearchParams({ id }).toString().slice(3);
    return body.includes(JSON.stringify(id)) || body.split('&').some((field) => field.endsWith(`=${inForm}`));
  }

  /** The ids in its id fields or, if it has none, every word in it. */
  #readIds(body: string): readonly string[] {
    const fields = new Set<string>();
    const repeated = new Set<string>();
    const named: string[] = [];
    for (const [field, value = ''] of body.matchAll(idFields)) {
      if (fields.has(field)) repeated.add(value);
      fields.add(field);
      named.push(...formsOf(value));
    }
    this.#isNameless = named.length === 0;
    this.#repeated = repeated;
    return this.#isNameless && body !== '' ? body.split(/[^\w.:/%-]+/) : named;
  }

  /** The outcome of one of its orders: the answer to a batch has one for each. */
  outcomeOf(id: string | undefined): SentRequest['outcome'] {
    return id === undefined || !this.verdicts ? this.outcome : (this.verdicts.get(id) ?? 'unknown');
  }
}

const none: ReadonlySet<string> = new Set();

/** Ids with characters that JSON or forms may escape. */
const oddId = /[^\w.:/-]/;

/** Fields of an order that change each time it is sent. */
const fleeting =
  /(["&?]|^)(newClientOrderId|clientOrderId|clientOid|client_oid|clientAlgoId|timestamp|recvWindow|signature)("\s*:\s*(?:"[^"]*"|[^,}\]]*)|=[^&]*)/gi;

/** Whether two requests place the same order, regardless of their ids. */
export function isSameOrder(left: SentRequest, right: SentRequest): boolean {
  if (left.target !== right.target || left.body === undefined || right.body === undefined) return false;
  return left.body.replace(fleeting, '') === right.body.replace(fleeting, '');
}

/** The client order ids in a text. */
export function idsIn(text: string): string[] {
  return Array.from(text.matchAll(idFields), ([, value = '']) => formsOf(value)).flat();
}

/** Returns an id as written and, if a form has escaped it, also unescaped. */
function formsOf(value: string): string[] {
  return /[%+]/.test(value) ? [value, new URLSearchParams(`id=${value}`).get('id') ?? value] : [value];
}

/** Whether a path ends like one that orders are sent to; the part before may belong to a gateway. */
function namesOrderPath(target: string): boolean {
  return target.startsWith('POST ') && /order/i.test(endOf(target));
}

/** Whether orders are cancelled, queried or reported at a path: such requests contain order ids as well. */
function isBeside(target: string): boolean {
  const last = target.slice(target.lastIndexOf('/') + 1);
  return (
    /cancel|info|history|query|detail|fills|current|^open|log/i.test(last) ||
    /audit|hook|notif|event|alert|metric|telemetry|(?:^|\/)logs?\//i.test(endOf(target))
  );
}

/** The last two parts of a path. */
function endOf(target: string): string {
  return target.slice(target.lastIndexOf('/', target.lastIndexOf('/') - 1) + 1);
}

/** Fields in which an order carries its client order id. */
const idFields =
  /\b(?:newClientOrderId|clientOrderId|clientOid|client_oid|clientAlgoId|origClientOrderId)"?\s*[:=]\s*"?([^"&,}\s]*)/gi;

/** What an order is for; a repetition may change quantity and price. */
const purposeFields = [
  'symbol',
  'side',
  'positionSide',
  'type',
  'orderType',
  'planType',
  'reduceOnly',
  'closePosition',
] as const;

/**
 * Whether two orders may have the same purpose: as far as both can be read, they differ only in quantity, price or
 * ids.
 */
export function isSimilarOrder(left: SentRequest, right: SentRequest): boolean {
  const [one, other] = [fieldsOf(left.body), fieldsOf(right.body)];
  return purposeFields.every((name) => {
    const [a, b] = [one.get(name), other.get(name)];
    return a === undefined && b === undefined
      ? true
      : (a ?? 'false') === (b ?? 'false') || isUntold(a, b, name);
  });
}

/** A missing flag has a known meaning; other missing fields do not. */
function isUntold(left: string | undefined, right: string | undefined, name: string): boolean {
  return (left === undefined || right === undefined) && !/^(?:reduceOnly|closePosition)$/.test(name);
}

function fieldsOf(body = ''): ReadonlyMap<string, string> {
  const start = body.indexOf('{');
  const json = start === -1 ? '' : body.slice(start, body.lastIndexOf('}') + 1);
  const fields = new Map(new URLSearchParams(body.replace(json, '')));
  try {
    const told = JSON.parse(json || '{}') as Readonly<Record<string, unknown>>;
    for (const [name, value] of Object.entries(told)) fields.set(name, String(value));
  } catch {
    // Unreadable content is ignored.
  }
  return fields;
}
