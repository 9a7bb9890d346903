import { Controller, Get, HttpException, Logger, Param, Res, UseFilters } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  PortfolioError,
  RiskManagementError,
  TradingStrategyError,
  WEEXAuthenticationError,
  WEEXBulkheadFullError,
  WEEXCircuitOpenError,
  WEEXError,
  WEEXNetworkError,
  WEEXOrderError,
  WEEXOutcomeUnknownError,
  WEEXRateLimitError,
  WEEXRequestError,
  WEEXSystemError,
  WEEXTimeoutError,
} from '../../src/index.js';
import { WeexExceptionFilter } from '../../src/nestjs/index.js';
import { type App, moduleOf, startApp } from './start-app.js';

const secret = 'sk-4f9a1c77';
const address = '10.1.2.3:8443';

class LateError extends WEEXSystemError {}

const errors: Readonly<Record<string, () => Error>> = {
  unknown: () => new WEEXError('odd', { code: 91234 }),
  credentials: () =>
    new WEEXAuthenticationError(`Invalid API key ${secret}`, { code: 40001, reason: 'credentials' }),
  permission: () => new WEEXAuthenticationError('No permission', { code: 40005, reason: 'permission' }),
  limit: () => new WEEXRateLimitError('busy', { code: 40029, retryAfter: 2.5 }),
  limitUntold: () => new WEEXRateLimitError('busy', { code: 429 }),
  system: () => new WEEXSystemError(`matching engine ${address} is down`, { code: 50003, retryAfter: 7 }),
  systemUntold: () => new WEEXSystemError('down', { code: 50003 }),
  subclass: () => new LateError('late'),
  network: () => new WEEXNetworkError(`connect ECONNREFUSED ${address}`, { executionStatus: 'not-executed' }),
  attempt: () => new WEEXTimeoutError('slow', { scope: 'attempt', executionStatus: 'unknown' }),
  deadline: () => new WEEXTimeoutError('slow', { scope: 'deadline' }),
  open: () => new WEEXCircuitOpenError('open', { policy: 'orders', retryAfter: 4.2 }),
  full: () => new WEEXBulkheadFullError('full', { policy: 'orders' }),
  request: () => new WEEXRequestError(`Unknown symbol; apiKey=${secret}`, { code: -1121 }),
  order: () => new WEEXOrderError('Insufficient balance', { code: 43012, reason: 'insufficient-balance' }),
  outcome: () =>
    new WEEXOutcomeUnknownError('Nobody knows', { clientOrderId: 'wr-1', executionStatus: 'unknown' }),
  strategy: () => new TradingStrategyError('No signal', { strategyName: 'grid' }),
  risk: () => new RiskManagementError('Limit of 5 BTC', { riskType: 'position' }),
  portfolio: () => new PortfolioError('Out of balance', { portfolioValue: 1 }),
  http: () => new HttpException('A teapot', 418),
  bug: () => new TypeError('undefined is not a function'),
};

@Controller('fail')
class FailController {
  @Get('half')
  half(@Res({ passthrough: true }) response: ServerResponse & { raw?: ServerResponse }): never {
    (response.raw ?? response).write('half an answer');
    throw new WEEXSystemError('down');
  }

  @Get(':name')
  fail(@Param('name') name: string): never {
    throw errors[name]?.() ?? new Error(name);
  }
}

const root = moduleOf({
  controllers: [FailController],
  providers: [{ provide: APP_FILTER, useClass: WeexExceptionFilter }],
});

describe.each(['express', 'fastify'] as const)('WeexExceptionFilter on %s', (platform) => {
  let app: App;
  beforeAll(async () => {
    app = await startApp(root, platform);
  });
  afterAll(() => app.close());

  it.each([
    ['unknown', 502, undefined],
    ['credentials', 502, undefined],
    ['permission', 502, undefined],
    ['limit', 429, '3'],
    ['limitUntold', 429, '10'],
    ['system', 503, '7'],
    ['systemUntold', 503, '5'],
    ['subclass', 503, '5'],
    ['network', 502, undefined],
    ['attempt', 504, undefined],
    ['deadline', 504, undefined],
    ['open', 503, '5'],
    ['full', 503, '1'],
    ['request', 422, undefined],
    ['order', 422, undefined],
    ['outcome', 409, undefined],
    ['strategy', 422, undefined],
    ['risk', 422, undefined],
    ['portfolio', 422, undefined],
  ])('answers %s with %i, Retry-After %s', async (name, status, retryAfter) => {
    const response = await fetch(`${app.url}/fail/${name}`);
    const text = await response.text();
    expect(response.status).toBe(status);
    expect(response.headers.get('retry-after') ?? undefined).toBe(retryAfter);
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(JSON.parse(text)).toMatchObject({ status, title: expect.any(String), detail: expect.any(String) });
    for (const leak of [secret, address, 'API key', 'permission', '40001', 'stack']) {
      expect(text).not.toContain(leak);
    }
  });

  it('tells the caller what it can act on', async () => {
    const problem = async (name: string): Promise<unknown> => (await fetch(`${app.url}/fail/${name}`)).json();
    expect(await problem('order')).toEqual({
      type: 'urn:weex-resilience:order',
      title: 'Unprocessable Entity',
      status: 422,
      detail: 'Insufficient balance',
      code: 43012,
    });
    expect(await problem('outcome')).toMatchObject({
      type: 'urn:weex-resilience:outcome-unknown',
      executionStatus: 'unknown',
      clientOrderId: 'wr-1',
    });
    expect(await problem('limit')).toMatchObject({ retryAfterMs: 2_500, code: 40029 });
    expect(await problem('credentials')).toEqual({
      type: 'about:blank',
      title: 'Bad Gateway',
      status: 502,
      detail: 'The request cannot be served',
    });
  });

  it('logs what must be followed up', async () => {
    const logged = vi.spyOn(Logger.prototype, 'error').mockReturnValue();
    await fetch(`${app.url}/fail/outcome`);
    await fetch(`${app.url}/fail/credentials`);
    expect(logged.mock.calls.flat()).toEqual([
      'WEEXOutcomeUnknownError (clientOrderId wr-1): Nobody knows',
      expect.stringMatching(/^WEEXAuthenticationError \(code 40001\): /),
    ]);
    logged.mockRestore();
  });

  it('leaves every other exception alone', async () => {
    expect((await fetch(`${app.url}/fail/http`)).status).toBe(418);
    expect((await fetch(`${app.url}/fail/bug`)).status).toBe(500);
  });

  it('closes the connection if an answer has started, and serves the next', async () => {
    await expect(fetch(`${app.url}/fail/half`).then((response) => response.text())).rejects.toThrow();
    expect((await fetch(`${app.url}/fail/order`)).status).toBe(422);
  });
});

describe('WeexExceptionFilter provided as a class', () => {
  class BusyController {
    busy(): never {
      throw new WEEXRateLimitError('busy', { retryAfter: 3 });
    }
  }
  Controller('busy')(BusyController);
  Get()(BusyController.prototype, 'busy', Object.getOwnPropertyDescriptor(BusyController.prototype, 'busy')!);

  it.each([
    ['as a provider', moduleOf({ controllers: [BusyController], providers: [WeexExceptionFilter] })],
    [
      'beside an alias',
      moduleOf({
        controllers: [BusyController],
        providers: [WeexExceptionFilter, { provide: APP_FILTER, useExisting: WeexExceptionFilter }],
      }),
    ],
  ])('is created by NestJS %s, and needs no options', async (_, module) => {
    const { app, url, close } = await startApp(module, 'express', (nest) =>
      nest.useGlobalFilters(nest.get(WeexExceptionFilter)),
    );
    expect(app.get(WeexExceptionFilter)).toBeInstanceOf(WeexExceptionFilter);
    const response = await fetch(`${url}/busy`);
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '3']);
    await close();
  });

  it('is created by NestJS for @UseFilters', async () => {
    class GuardedController extends BusyController {}
    Controller('guarded')(GuardedController);
    UseFilters(WeexExceptionFilter)(GuardedController);
    const { url, close } = await startApp(moduleOf({ controllers: [GuardedController] }));
    expect((await fetch(`${url}/guarded`)).status).toBe(429);
    await close();
  });
});

describe('new WeexExceptionFilter({ statuses })', () => {
  it('answers with these instead of the usual ones', async () => {
    const app = await startApp(moduleOf({ controllers: [FailController] }), 'express', (nest) =>
      nest.useGlobalFilters(new WeexExceptionFilter({ statuses: { order: 400, 'rate-limit': 503 } })),
    );
    expect((await fetch(`${app.url}/fail/order`)).status).toBe(400);
    const limit = await fetch(`${app.url}/fail/limit`);
    expect([limit.status, limit.headers.get('retry-after')]).toEqual([503, '3']);
    await app.close();
  });

  it('rejects invalid statuses and kinds, all at once', () => {
    expect(() => new WeexExceptionFilter({ statuses: { order: 200, orders: 422 } as never })).toThrow(
      /^Cannot create WeexExceptionFilter: statuses must be 400 to 599 for unknown, .*received order: 200, orders: 422$/,
    );
  });
});
