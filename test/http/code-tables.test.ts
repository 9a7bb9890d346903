import { describe, expect, it } from 'vitest';
import {
  type Catalogue,
  defaultCatalogue,
  explainCode,
  toWeexError,
  TradingStrategyError,
  v2Catalogue,
  v3Catalogue,
  WEEXError,
  WEEXRequestError,
  weexClientCatalogue,
} from '../../src/index.js';

/** What the lists of the exchange and of weex-client say, by kind and reason; written down apart from the tables. */
const expected: readonly [
  catalogue: Catalogue,
  path: string,
  kind: string,
  reason: string | undefined,
  codes: readonly (number | string)[],
][] = [
  [weexClientCatalogue, '/api/v3/order', 'authentication', 'credentials', [40001, 40002, 40003, 40004]],
  [weexClientCatalogue, '/api/v3/order', 'authentication', 'permission', [40005]],
  [weexClientCatalogue, '/api/v3/order', 'rate-limit', undefined, [40029, 40030, 40031, 40032]],
  [weexClientCatalogue, '/api/v3/order', 'system', undefined, [50001, 50002, 50003, 50004]],
  [v3Catalogue, '/api/v3/order', 'authentication', 'credentials', [-1040, -1041, -1044, -1047, -1049]],
  [v3Catalogue, '/api/v3/order', 'authentication', 'clock', [-1042, -1043, -1046]],
  [v3Catalogue, '/api/v3/order', 'authentication', 'account', [-1050, -1057]],
  [
    v3Catalogue,
    '/capi/v3/order',
    'authentication',
    'permission',
    [-1051, -1052, -1053, -1055, -1056, -1058, -1190, -3235, -3236, -4002],
  ],
  [
    v3Catalogue,
    '/capi/v3/order',
    'request',
    undefined,
    [
      -1045, -1115, -1116, -1117, -1121, -1128, -1135, -1140, -1141, -1142, -1150, -1160, -1170, -1171, -1180,
      -2007,
    ],
  ],
  [v3Catalogue, '/capi/v3/order', 'order', 'not-found', [-2200, -3200, 'FAILED_ORDER_NOT_FOUND']],
  [v3Catalogue, '/capi/v3/order', 'order', 'refused', [-3006]],
  [v3Catalogue, '/capi/v3/order', 'order', 'limit', [-3007, -3201, -3313]],
  [v3Catalogue, '/capi/v3/order', 'rate-limit', undefined, ['HTTP_429']],
  [v3Catalogue, '/capi/v3/order', 'system', undefined, [-1054, -3613, -4000, -4001]],
  [v3Catalogue, '/capi/v3/order', 'unknown', undefined, [-1000]],
  [
    v2Catalogue,
    '/capi/v2/order/placeOrder',
    'authentication',
    'credentials',
    [40001, 40002, 40006, 40009, 40011, 40012],
  ],
  [v2Catalogue, '/api/v2/trade/orders', 'authentication', 'clock', [40003, 40005, 40008]],
  [v2Catalogue, '/api/v2/trade/orders', 'authentication', 'account', [40013]],
  [
    v2Catalogue,
    '/api/spot/v1/trade/orders',
    'authentication',
    'permission',
    [40014, 40016, 40018, 40022, 40753, 50003, 50004],
  ],
  [
    v2Catalogue,
    '/api/v2/trade/orders',
    'request',
    undefined,
    [40007, 40017, 40019, 40020, 40102, 40305, 40409, 40704, 40707, 40724, 40912, 40913],
  ],
  [v2Catalogue, '/api/v2/trade/orders', 'order', 'not-found', [50005, 43001, 43004]],
  [v2Catalogue, '/api/v2/trade/orders', 'order', 'limit', [50007, 43005, 43006, 43007, 43009, 43010, 43011]],
  [v2Catalogue, '/api/v2/trade/orders', 'order', 'refused', [43002]],
  [v2Catalogue, '/api/v2/trade/orders', 'rate-limit', undefined, [429]],
  [v2Catalogue, '/api/v2/trade/orders', 'system', undefined, [40015, 40200, 40725]],
];

describe('the tables of codes', () => {
  it.each(expected)('assign every code to its class (%#)', (catalogue, path, kind, reason, codes) => {
    for (const code of codes) {
      for (const sent of [code, String(code)]) {
        const error = toWeexError({ code: sent, msg: 'no' }, { method: 'POST', path });
        expect([sent, error?.code, error?.kind]).toEqual([sent, code, kind]);
        expect((error as { reason?: string }).reason).toBe(reason);
        expect(explainCode(sent, catalogue)).toMatchObject({ code, kind });
      }
    }
  });

  it('contain these codes and no others', () => {
    for (const catalogue of [weexClientCatalogue, v3Catalogue, v2Catalogue]) {
      const listed = expected.filter(([of]) => of === catalogue).flatMap(([, , , , codes]) => codes);
      expect(new Set(catalogue.rows.map(({ code }) => code))).toEqual(new Set(listed));
      expect(catalogue.rows).toHaveLength(listed.length);
    }
    expect(defaultCatalogue.rows).toHaveLength(weexClientCatalogue.rows.length + v3Catalogue.rows.length);
  });

  it('say for every code what it means, what to do, and whether a write was executed', () => {
    for (const row of [...defaultCatalogue.rows, ...v2Catalogue.rows]) {
      expect(row.meaning).not.toBe('');
      expect(row.advice).toMatch(/\.$/);
      expect(row.source).not.toBe('');
      const internal = row.kind === 'system' || row.kind === 'unknown';
      expect([row.code, row.executionStatus]).toEqual([
        row.code,
        internal && row.code !== -3613 ? 'unknown' : 'not-executed',
      ]);
      expect(row.retry).toBe(row.kind === 'rate-limit' || (row.kind === 'system' && row.code !== -3613));
    }
  });

  it('name the service of a system error', () => {
    const services = [50001, 50002, 50003, 50004].map((code) => explainCode(code)?.service);
    expect(services).toEqual([undefined, 'database', 'matching', 'market']);
    expect(toWeexError({ code: '50003', msg: '' })).toMatchObject({ service: 'matching' });
  });

  it('are chosen by the path of the request', () => {
    const kindAt = (path: string) => toWeexError({ code: 50003, msg: 'x' }, { method: 'POST', path })?.kind;
    for (const path of ['/api/v3/order', '/capi/v3/order', '/x/v2/y', '/v2', '/api/v20/x']) {
      expect([path, kindAt(path)]).toEqual([path, 'system']);
    }
    for (const path of ['/api/v2/trade/orders', '/capi/v2/x', '/api/spot/v1/x', '/api/v1/x']) {
      expect([path, kindAt(path)]).toEqual([path, 'authentication']);
    }
  });

  it('accept codes of the user, and keep their own', () => {
    const own = defaultCatalogue.extend([
      { code: '60001', type: TradingStrategyError, meaning: 'Strategy stopped', advice: 'Restart it.' },
      { code: 40001, type: WEEXRequestError, meaning: 'Mine', advice: 'Mine.', retry: true },
    ]);
    expect(explainCode(60001, own)).toMatchObject({ kind: 'trading-strategy', retry: false });
    expect(explainCode(60001)).toBeUndefined();
    const stopped = toWeexError({ code: 60001, msg: 'x' }, { catalogue: own });
    expect(stopped).toBeInstanceOf(TradingStrategyError);
    expect((stopped as TradingStrategyError).strategyName).toBe('');
    expect(toWeexError({ code: '40001', msg: 'x' }, { catalogue: own })?.kind).toBe('request');
    expect(explainCode(40001)?.kind).toBe('authentication');
  });

  it('reject an empty definition, with every fault', () => {
    const faulty = { code: '', type: Error, meaning: '', advice: 1 } as never;
    expect(() => defaultCatalogue.extend([faulty])).toThrow(/`code`.*`type`.*`meaning`.*`advice`/);
  });

  it('survive a class that cannot be constructed', () => {
    class Odd extends WEEXError {
      constructor() {
        super('odd');
        throw new TypeError('not like this');
      }
    }
    const own = defaultCatalogue.extend([{ code: 1, type: Odd, meaning: 'Odd', advice: 'None.' }]);
    expect(toWeexError({ code: 1, msg: 'x' }, { catalogue: own })).toMatchObject({
      code: 1,
      kind: 'unknown',
    });
  });

  it('do not explain success, nor unknown codes', () => {
    for (const code of ['00000', 200, '0', 99_999, '']) expect(explainCode(code)).toBeUndefined();
  });
});
