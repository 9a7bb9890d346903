import { createRandom } from '../../src/testing/index.js';

/** An answer as nobody would send it. */
export interface RandomAnswer {
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly data: unknown;
  readonly responseType: string | undefined;
}

const names = [
  'code',
  'msg',
  'message',
  'data',
  'success',
  'result',
  'errorCode',
  'errorMsg',
  'errorMessage',
  'orderList',
  'failInfos',
  'orderId',
  'status',
  'error',
  'apiKey',
  '__proto__',
  'constructor',
  'toJSON',
  'id',
] as const;
const texts = [
  '',
  '00000',
  '200',
  '0',
  'success',
  '40001',
  '50003',
  '-1054',
  'INVALID_ARGUMENT: size',
  'FAILED_PRECONDITION: balance not enough',
  'FAILED_ORDER_NOT_FOUND',
  '\u0000\u001b[31m\nline',
  '😀\ud800',
  'x'.repeat(3_000),
  '<html><body>502</body></html>',
  '{"code":-1121,"msg":"no"}',
  '{"code":',
  '[[[',
  'true',
  'null',
] as const;
const scalars = [
  null,
  undefined,
  true,
  false,
  0,
  -0,
  1,
  200,
  429,
  500,
  -1000,
  -1054,
  40_015,
  1e308,
  Number.NaN,
  2 ** 60,
];
const statuses = [
  0, 100, 200, 201, 204, 302, 304, 400, 401, 403, 404, 408, 418, 429, 451, 500, 502, 503, 504, 521, 599, 999,
];
const headerNames = [
  'retry-after',
  'date',
  'X-Request-Id',
  'cf-ray',
  'x-used-weight-1m',
  'X-ORDER-COUNT-10S',
  'set-cookie',
];
const headerValues = [
  '7',
  '-3',
  '9'.repeat(400),
  'Wed, 21 Oct 2099 07:28:00 GMT',
  'Fri, nonsense',
  '',
  'NaN',
  ['1', '2'],
  null,
];
const urls = [
  '/api/v3/order',
  '/capi/v3/order',
  '/api/v2/trade/orders',
  '/capi/v2/order/cancel_order',
  '',
  'http://[',
  '?x',
];

/** A source of random answers: the same seed gives the same ones. */
export function createAnswers(seed: number | string): () => RandomAnswer {
  const random = createRandom(seed);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const value = (depth: number): unknown => {
    const kind = random();
    if (kind < 0.35) return pick(texts);
    if (kind < 0.6 || depth > 3) return pick(scalars);
    if (kind < 0.75) return Array.from({ length: Math.floor(random() * 4) }, () => value(depth + 1));
    return fields(depth);
  };
  const fields = (depth: number): Record<string, unknown> => {
    const made: Record<string, unknown> = {};
    for (let count = Math.floor(random() * 6); count > 0; count -= 1) {
      Object.defineProperty(made, pick(names), {
        value: value(depth + 1),
        enumerable: true,
        configurable: true,
      });
    }
    return made;
  };
  const odd = (): unknown => {
    const ring: Record<string, unknown> = { code: 40_001 };
    ring['data'] = ring;
    const trap = new Proxy(
      {},
      {
        get: () => {
          throw new Error('trap');
        },
        ownKeys: () => {
          throw new Error('trap');
        },
      },
    );
    const deep = Array.from({ length: 3_000 }).reduce<unknown>((inner) => [inner], 1);
    return pick([
      ring,
      trap,
      deep,
      new Map([['code', 1]]),
      Buffer.from('{"code":40001}'),
      Symbol('x'),
      () => 1,
      10n,
    ]);
  };
  return () => ({
    method: pick(['get', 'post', 'delete', 'head', 'put', 'POST']),
    url: pick(urls),
    status: pick(statuses),
    headers: Object.fromEntries(
      headerNames.filter(() => random() < 0.2).map((name) => [name, pick(headerValues)]),
    ),
    data: random() < 0.02 ? odd() : random() < 0.7 ? fields(0) : value(0),
    responseType: pick([undefined, undefined, 'json', 'text', 'arraybuffer', 'stream']),
  });
}
