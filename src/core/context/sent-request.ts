import { performance } from 'node:perf_hooks';

/** A request that can change something, from the moment an attempt began to send it. */
export class SentRequest {
  /** Method and path, if they are known. */
  readonly target: string | undefined;
  /** Whether it places an order. */
  readonly placesOrder: boolean;
  /** Whether it cancels, queries or reports an order. */
  readonly isAside: boolean;
  /** Called once it is known what became of it. */
  onSettled: ((request: SentRequest) => void) | undefined;
  /** What the exchange refused it with. */
  refusal?: unknown;
  /** What the answer to a batch says about each of its orders. */
  verdicts: ReadonlyMap<string, SentRequest['outcome']> | undefined;
  /** The failure that it ended with, if that proves nothing. */
  failure?: unknown;
  /** Whether what it carries cannot be read: a stream, or the body of one that no interceptor saw. */
  isUnread = false;
  /** The exchange and the account that it goes to, if an interceptor saw it. */
  place: string | undefined;
  /** The id that its headers carry. */
  requestId: string | undefined;
  /** The key under which it is remembered while its outcome is unknown. */
  key: string | undefined;
  /** When it began, in milliseconds of the machine's monotonic clock. */
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
   * `'open'` until the answer to this very request is in. `'executed'`: the exchange reported success. `'refused'`:
   * the exchange refused it in words of its own, or it was proven absent. `'unknown'`: it ended without either.
   */
  get outcome(): 'open' | 'executed' | 'refused' | 'unknown' {
    return this.#outcome;
  }

  set outcome(outcome: 'open' | 'executed' | 'refused' | 'unknown') {
    this.#outcome = outcome;
    if (outcome === 'executed' || outcome === 'refused') this.onSettled?.(this);
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

  /** What it may carry as a client order id, as it is written. */
  get ids(): readonly string[] {
    return (this.#ids ??= this.#readIds(this.#body ?? ''));
  }

  /** The ids that it carries more than once in the same field: a batch that orders twice under one id. */
  get repeatedIds(): ReadonlySet<string> {
    return this.ids.length > 1 ? (this.#repeated ?? none) : none;
  }

  /** Whether it has no field for a client order id, as far as it can be read: of a stream nothing can. */
  get isNameless(): boolean {
    return this.ids.length === 0 || this.#isNameless;
  }

  /** Whether it is about the order with an id: a longer id, or one in a remark, is another. */
  carriesId(id: string): boolean {
    const { ids } = this;
    if (ids.includes(id) || ids.includes(encodeURIComponent(id))) return true;
    return this.target?.split('/').includes(id) === true || (oddId.test(id) && this.#carriesOdd(id));
  }

  /** An id that the exchange would not take, escaped as JSON and forms escape it. */
  #carriesOdd(id: string): boolean {
    const body = this.#body ?? '';
    const inForm = new URLSearchParams({ id }).toString().slice(3);
    return body.includes(JSON.stringify(id)) || body.split('&').some((field) => field.endsWith(`=${inForm}`));
  }

  /** The ids in its id fields or, if it has none, every word of it. */
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

  /** What became of one of its orders: in the answer to a batch each has its own. */
  outcomeOf(id: string | undefined): SentRequest['outcome'] {
    return id === undefined || !this.verdicts ? this.outcome : (this.verdicts.get(id) ?? 'unknown');
  }
}

const none: ReadonlySet<string> = new Set();

/** Ids that are not written as they are. */
const oddId = /[^\w.:/-]/;

/** Fields of an order that differ from one sending to the next. */
const fleeting =
  /(["&?]|^)(newClientOrderId|clientOrderId|clientOid|client_oid|clientAlgoId|timestamp|recvWindow|signature)("\s*:\s*(?:"[^"]*"|[^,}\]]*)|=[^&]*)/gi;

/** Whether two requests order the same, whatever their ids are. */
export function isSameOrder(left: SentRequest, right: SentRequest): boolean {
  if (left.target !== right.target || left.body === undefined || right.body === undefined) return false;
  return left.body.replace(fleeting, '') === right.body.replace(fleeting, '');
}

/** The client order ids that a text names. */
export function idsIn(text: string): string[] {
  return Array.from(text.matchAll(idFields), ([, value = '']) => formsOf(value)).flat();
}

/** An id as it is written and, where a form escapes it, as it is meant. */
function formsOf(value: string): string[] {
  return /[%+]/.test(value) ? [value, new URLSearchParams(`id=${value}`).get('id') ?? value] : [value];
}

/** Whether the end of a path says that orders are sent to it: the part before may belong to a gateway. */
function namesOrderPath(target: string): boolean {
  return target.startsWith('POST ') && /order/i.test(endOf(target));
}

/** Whether a path is one where orders are cancelled, queried or reported: such requests contain their ids as well. */
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

/** Fields under which an order carries its client order id. */
const idFields =
  /\b(?:newClientOrderId|clientOrderId|clientOid|client_oid|clientAlgoId|origClientOrderId)"?\s*[:=]\s*"?([^"&,}\s]*)/gi;

/** What an order is for; quantity and price are what a repetition may change. */
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

/** Whether two orders may be for the same: as far as both can be read, they differ in quantity, price or ids only. */
export function isSimilarOrder(left: SentRequest, right: SentRequest): boolean {
  const [one, other] = [fieldsOf(left.body), fieldsOf(right.body)];
  return purposeFields.every((name) => {
    const [a, b] = [one.get(name), other.get(name)];
    return a === undefined && b === undefined
      ? true
      : (a ?? 'false') === (b ?? 'false') || isUntold(a, b, name);
  });
}

/** A missing flag has a known meaning; other missing fields have not. */
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
    // What cannot be read is ignored.
  }
  return fields;
}
