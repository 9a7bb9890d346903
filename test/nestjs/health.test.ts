import { Controller, Get, Inject, Injectable, Query } from '@nestjs/common';
import { HealthCheck, type HealthCheckResult, HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type PolicyRegistry, Resilient, WEEXRateLimitError, WEEXSystemError } from '../../src/index.js';
import { getRegistryToken, ResilienceHealthIndicator, ResilienceModule } from '../../src/nestjs/index.js';
import { type App, moduleOf, startApp } from './start-app.js';

@Controller('health')
class HealthController {
  constructor(
    @Inject(HealthCheckService) readonly health: HealthCheckService,
    @Inject(ResilienceHealthIndicator) readonly resilience: ResilienceHealthIndicator,
  ) {}

  @Get()
  @HealthCheck({ noCache: true })
  async check(@Query('policy') policy?: string): Promise<HealthCheckResult> {
    const options = policy === undefined ? {} : { policies: [policy] };
    return this.health.check([() => this.resilience.isHealthy('weex', options)]);
  }
}

@Injectable()
class Balances {
  @Resilient({ circuitBreaker: { consecutiveFailures: 1 } })
  async read(): Promise<void> {
    throw new WEEXSystemError('down');
  }
}

const circuitBreaker = { consecutiveFailures: 1 };
const root = moduleOf({
  imports: [
    TerminusModule.forRoot({ logger: false }),
    ResilienceModule.forRoot({
      policies: {
        orders: { circuitBreaker, bulkhead: { limit: 2 } },
        market: { circuitBreaker, coolDown: true, deadlineMs: 1_000 },
      },
    }),
  ],
  controllers: [HealthController],
  providers: [Balances],
});

describe('ResilienceHealthIndicator behind terminus', () => {
  let app: App;
  let registry: PolicyRegistry;
  beforeAll(async () => {
    app = await startApp(root);
    registry = app.app.get(getRegistryToken());
  });
  afterAll(() => app.close());
  beforeEach(() => {
    for (const policy of registry.policies()) policy.reset();
  });

  const fail = (name: string, key?: string) =>
    registry.get(name).executeOutcome(() => Promise.reject(new WEEXSystemError('down')), { key });
  const check = async (query = '') => {
    const response = await fetch(`${app.url}/health${query}`);
    const { status, details } = (await response.json()) as HealthCheckResult;
    return { http: response.status, status, weex: details['weex'] };
  };

  it('is up while circuits are closed', async () => {
    expect(await check()).toEqual({
      http: 200,
      status: 'ok',
      weex: {
        status: 'up',
        policies: {
          orders: { circuit: 'closed', running: 0, waiting: 0 },
          market: { circuit: 'closed' },
        },
      },
    });
  });

  it('is down with an open circuit, also of a decorator with options, and names it', async () => {
    await fail('orders');
    expect(await check()).toMatchObject({
      http: 503,
      status: 'error',
      weex: { status: 'down', policies: { orders: { circuit: 'open' }, market: { circuit: 'closed' } } },
    });
    expect(await check('?policy=market')).toMatchObject({ http: 200, weex: { status: 'up' } });
    registry.get('orders').reset();
    await expect(app.app.get(Balances).read()).rejects.toThrow('down');
    expect(await check()).toMatchObject({
      http: 503,
      weex: { policies: { 'Balances.read': { circuit: 'open' } } },
    });
  });

  it('shows one key, and is down when all keys are', async () => {
    await fail('orders', 'BTCUSDT');
    await registry.get('orders').execute(() => 1, { key: 'ETHUSDT' });
    expect(await check('?policy=orders')).toMatchObject({
      http: 200,
      weex: { status: 'up', policies: { orders: { openKeys: ['BTCUSDT'] } } },
    });
    await fail('orders', 'ETHUSDT');
    expect(await check('?policy=orders')).toMatchObject({ http: 503 });
  });

  it('shows a cool-down', async () => {
    const busy = new WEEXRateLimitError('busy', { retryAfter: 60 });
    await registry.get('market').executeOutcome(() => Promise.reject(busy));
    expect(await check('?policy=market')).toMatchObject({
      http: 200,
      weex: { policies: { market: { coolingDownForMs: expect.any(Number) } } },
    });
  });

  it('rejects a name that is not defined', async () => {
    const indicator = app.app.get(ResilienceHealthIndicator);
    await expect(indicator.isHealthy('weex', { policies: ['ordes'] })).rejects.toThrow(
      "Cannot find policy 'ordes': known names are 'orders', 'market'",
    );
  });
});
