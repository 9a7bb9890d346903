import { match, P } from 'ts-pattern';
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  handlersByType,
  matchError,
  matchSettled,
  PortfolioError,
  RiskManagementError,
  TradingStrategyError,
  WEEXAuthenticationError,
  WEEXCircuitOpenError,
  WEEXError,
  type WEEXErrorDetails,
  WEEXNetworkError,
  WEEXOrderError,
  WEEXRateLimitError,
  WEEXRequestError,
  WEEXSystemError,
} from '../../src/index.js';

class SlippageError extends WEEXOrderError {
  readonly slippage: number;
  constructor(message: string, details: WEEXErrorDetails & { slippage: number }) {
    super(message, details);
    this.slippage = details.slippage;
  }
}

class OwnKindError extends WEEXSystemError {
  static {
    Object.defineProperty(this.prototype, 'kind', { value: 'warehouse' });
  }
}

/** What a second copy of the package would make: the same shape, another class. */
function foreignCopy(error: WEEXError): unknown {
  const foreignBase = { WEEXError: class extends Error {} }.WEEXError;
  const foreign = { [error.name]: class extends foreignBase {} }[error.name];
  const copy = Object.assign(new (foreign as typeof Error)(error.message), { code: error.code });
  Object.defineProperty(copy, Symbol.for('weex-resilience.WEEXError'), { value: true });
  Object.defineProperty(Object.getPrototypeOf(copy), Symbol.for('weex-resilience.WEEXError'), {
    value: true,
  });
  return Object.assign(copy, { kind: error.kind });
}

describe('matchError', () => {
  const nameOf = (error: WEEXError): string =>
    matchError(error, {
      authentication: (e) => `authentication ${e.reason}`,
      'rate-limit': (e) => `limit ${e.retryAfter}`,
      system: (e) => `system ${e.service}`,
      'circuit-open': (e) => `open ${e.policy}`,
      request: () => 'request',
      order: (e) => `order ${e.reason}`,
      'outcome-unknown': (e) => `unknown outcome ${e.clientOrderId}`,
      'trading-strategy': (e) => `strategy ${e.strategyName}`,
      'risk-management': (e) => `risk ${e.riskType}`,
      portfolio: (e) => `portfolio ${e.portfolioValue}`,
      unknown: () => 'unknown',
    });

  it('returns the value of the case for the kind', () => {
    expect(nameOf(new WEEXAuthenticationError('', { reason: 'clock' }))).toBe('authentication clock');
    expect(nameOf(new WEEXRateLimitError('', { retryAfter: 3 }))).toBe('limit 3');
    expect(nameOf(new WEEXRequestError(''))).toBe('request');
    expect(nameOf(new WEEXError(''))).toBe('unknown');
    expect(nameOf(new TradingStrategyError('', { strategyName: 'grid' }))).toBe('strategy grid');
    expect(nameOf(new RiskManagementError('', { riskType: 'size' }))).toBe('risk size');
    expect(nameOf(new PortfolioError('', { portfolioValue: 5 }))).toBe('portfolio 5');
  });

  it('falls back to the case of the parent, not to that of WEEXError', () => {
    expect(nameOf(new WEEXNetworkError('', { service: 'gateway' }))).toBe('system gateway');
    expect(nameOf(new WEEXCircuitOpenError('', { policy: 'orders' }))).toBe('open orders');
    expect(matchError(new WEEXRequestError(''), { unknown: () => 'unknown', _: () => 'rest' })).toBe('rest');
  });

  it('handles a subclass of the user with the case of the class it extends', () => {
    expect(nameOf(new SlippageError('', { slippage: 2, code: 60010 }))).toBe('order undefined');
    expect(nameOf(new OwnKindError('', { service: 'x' }))).toBe('system x');
  });

  it('passes any other value to _', () => {
    const rest = (error: unknown) => matchError(error, { system: () => 'system', _: (e) => e });
    for (const value of [null, undefined, 'x', 1, {}, new Error('x')]) expect(rest(value)).toBe(value);
  });

  it('rethrows what has no case', () => {
    const error = new TypeError('bug');
    const cases = { system: () => 1 } as unknown as { _: () => number };
    expect(() => matchError(error, cases)).toThrow(error);
  });

  it('recognises the errors of another copy of the package', () => {
    const foreign = foreignCopy(new WEEXRateLimitError('x', { code: 429 }));
    expect(matchError(foreign, { 'rate-limit': () => 'limit', _: () => 'rest' })).toBe('limit');
  });

  it('also works on the results of Promise.allSettled', async () => {
    const results = await Promise.allSettled([
      Promise.resolve(7),
      Promise.reject(new WEEXRateLimitError('', { retryAfter: 2 })),
      Promise.reject(new Error('bug')),
    ]);
    const texts = results.map((result) =>
      matchSettled(result, {
        fulfilled: (value) => `value ${value}`,
        'rate-limit': (error) => `wait ${error.retryAfter}`,
        _: (error) => String(error),
      }),
    );
    expect(texts).toEqual(['value 7', 'wait 2', 'Error: bug']);
    expectTypeOf(texts).toEqualTypeOf<string[]>();
  });

  it('checks at compile time that no root kind is missing', () => {
    const error: WEEXError = new WEEXError('');
    const others = {
      authentication: () => 1,
      'rate-limit': () => 1,
      system: () => 1,
      request: () => 1,
      order: () => 1,
      'outcome-unknown': () => 1,
      'trading-strategy': () => 1,
      'risk-management': () => 1,
      portfolio: () => 1,
    } as const;
    // @ts-expect-error `unknown` is a root kind and has no case
    expect(() => matchError(error, others)).toThrow(error);
    // @ts-expect-error a name that is no kind
    expect(matchError(error, { netwrok: () => 1, _: () => 2 })).toBe(2);
    // @ts-expect-error without _ there is nobody for what is no WEEXError
    expect(matchError(error as unknown, { ...others, unknown: () => 1 })).toBe(1);
    const value = matchError(error, { system: () => 'text', _: () => 2 });
    expectTypeOf(value).toEqualTypeOf<string | number>();
  });

  it('works with ts-pattern', () => {
    const told = (error: WEEXError) =>
      match<WEEXError, string>(error)
        .with({ kind: 'authentication', code: 40001 }, () => 'key')
        .with({ kind: 'rate-limit', retryAfter: P.number }, (e) => `wait ${e.retryAfter}`)
        .with({ code: P.number.between(60_001, 60_003) }, (e) => `own ${e.code}`)
        .with(P.instanceOf(WEEXSystemError), (e) => `system ${e.service}`)
        .otherwise((e) => e.name);
    expect(told(new WEEXAuthenticationError('', { code: '40001' }))).toBe('key');
    expect(told(new WEEXRateLimitError('', { retryAfter: 4 }))).toBe('wait 4');
    expect(told(new RiskManagementError('', { riskType: 'size' }))).toBe('own 60002');
    expect(told(new WEEXNetworkError('', { service: 'dns' }))).toBe('system dns');
    expect(told(new WEEXOrderError(''))).toBe('WEEXOrderError');
  });
});

describe('handlersByType', () => {
  it('picks the most specific class, whatever the order of the list', () => {
    const handle = handlersByType([
      [Error, () => 'error'],
      [WEEXError, (error) => `weex ${error.code}`],
      [SlippageError, (error) => `slippage ${error.slippage}`],
      [WEEXSystemError, (error) => `system ${error.service}`],
    ]);
    expect(handle(new SlippageError('', { slippage: 3 }))).toBe('slippage 3');
    expect(handle(new WEEXNetworkError('', { service: 'x' }))).toBe('system x');
    expect(handle(new WEEXOrderError('', { code: 1 }))).toBe('weex 1');
    expect(handle(new TypeError(''))).toBe('error');
    for (const other of ['text', null, undefined, {}, Object.create(null)])
      expect(handle(other)).toBeUndefined();
    expectTypeOf(handle).returns.toEqualTypeOf<string | undefined>();
    const mixed = handlersByType([
      [WEEXError, (error) => error.message],
      [WEEXRateLimitError, async (error) => error.retryAfterMs],
    ]);
    expectTypeOf(mixed).returns.toEqualTypeOf<string | Promise<number | undefined> | undefined>();
  });

  it('recognises the errors of another copy of the package', () => {
    const handle = handlersByType([
      [WEEXError, () => 'weex'],
      [WEEXRateLimitError, () => 'limit'],
    ]);
    expect(handle(foreignCopy(new WEEXRateLimitError('')))).toBe('limit');
    expect(handle(foreignCopy(new WEEXOrderError('')))).toBe('weex');
  });

  it('rejects a class that is listed twice, and what is not a class', () => {
    expect(() =>
      handlersByType([
        [WEEXError, () => 1],
        [WEEXError, () => 2],
      ]),
    ).toThrow('WEEXError is listed twice');
    expect(() => handlersByType([['x' as never, () => 1]])).toThrow(
      'an entry must be [Class, function], got [string, function]',
    );
  });
});
