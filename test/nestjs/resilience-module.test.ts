import { Controller, Get, Injectable, Module, Param } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type ErrorTracker,
  PolicyRegistry,
  Resilient,
  type ResiliencePolicy,
  WEEXRateLimitError,
  WEEXSystemError,
} from '../../src/index.js';
import {
  getPolicyToken,
  getRegistryToken,
  InjectErrorTracker,
  InjectPolicy,
  InjectRegistry,
  ResilienceModule,
  type ResilienceModuleOptions,
  type ResilienceOptionsFactory,
} from '../../src/nestjs/index.js';
import { type App, moduleOf, type Platform, startApp } from './start-app.js';

const retryAtOnce = { maxRetries: 2, backoff: { initialDelayMs: 0, maxDelayMs: 0 } } as const;

@Injectable()
class Prices {
  calls = 0;

  constructor(
    @InjectPolicy('market') readonly policy: ResiliencePolicy,
    @InjectRegistry() readonly registry: PolicyRegistry,
    @InjectErrorTracker() readonly tracker: ErrorTracker,
  ) {}

  @Resilient('market', { effect: 'read' })
  async last(symbol: string): Promise<string> {
    this.calls += 1;
    if (this.calls % 3 !== 0) throw new WEEXSystemError('maintenance', { code: 50001 });
    return `${symbol}:${this.calls}`;
  }
}

@Controller('prices')
class PricesController {
  constructor(readonly prices: Prices) {}

  @Get(':symbol')
  async last(@Param('symbol') symbol: string): Promise<{ price: string }> {
    return { price: await this.prices.last(symbol) };
  }
}

const open: App[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((app) => app.close()));
});

async function started(root: new () => object, platform?: Platform): Promise<App> {
  const app = await startApp(root, platform);
  open.push(app);
  return app;
}

const application = (
  resilience = ResilienceModule.forRoot({
    policies: { market: { retry: retryAtOnce, circuitBreaker: { consecutiveFailures: 5 } } },
  }),
) => moduleOf({ imports: [resilience], controllers: [PricesController], providers: [Prices] });

describe.each(['express', 'fastify'] as const)('ResilienceModule.forRoot on %s', (platform) => {
  it('provides a decorated provider with its policy, over HTTP', async () => {
    const { url, app } = await started(application(), platform);
    const response = await fetch(`${url}/prices/BTCUSDT`);
    expect([response.status, await response.json()]).toEqual([200, { price: 'BTCUSDT:3' }]);
    expect(app.get(Prices).tracker.summary().commonPatterns).toEqual([
      { pattern: 'WEEXSystemError_50001', count: 2 },
    ]);
  });
});

describe('ResilienceModule', () => {
  it('injects the policy, the registry and the tracker, and the same by token', async () => {
    const { app } = await started(application());
    const prices = app.get(Prices);
    expect(prices.registry.names()).toEqual(['market']);
    expect(prices.policy).toBe(prices.registry.get('market'));
    expect(app.get(getPolicyToken('market'))).toBe(prices.policy);
    expect(app.get(getRegistryToken())).toBe(prices.registry);
  });

  it('shares nothing between two applications of one module class', async () => {
    const root = application();
    const [one, two] = [await started(root), await started(root)];
    const [first, second] = [one.app.get(Prices), two.app.get(Prices)];
    expect(first.registry).not.toBe(second.registry);
    await fetch(`${one.url}/prices/A`);
    first.policy.isolate();
    expect(first.tracker.summary().totalErrors).toBe(2);
    expect(second.tracker.summary().totalErrors).toBe(0);
    expect((await fetch(`${two.url}/prices/A`)).status).toBe(200);
  });

  it('follows the rules by class', async () => {
    const root = application(
      ResilienceModule.forRoot({
        policies: { market: {} },
        errors: [[WEEXSystemError, { retry: retryAtOnce }]],
      }),
    );
    const { url } = await started(root);
    expect((await fetch(`${url}/prices/A`)).status).toBe(200);
  });

  it('uses a given registry', async () => {
    const registry = new PolicyRegistry();
    const root = application(
      ResilienceModule.forRoot({ registry, policies: { market: { retry: retryAtOnce } } }),
    );
    const { app } = await started(root);
    expect(app.get(Prices).registry).toBe(registry);
    expect(app.get(Prices).policy).toBe(registry.get('market'));
  });
});

describe('ResilienceModule.forRootAsync', () => {
  const options: ResilienceModuleOptions = { policies: { market: { retry: retryAtOnce } } };

  @Injectable()
  class Factory implements ResilienceOptionsFactory {
    createResilienceOptions(): ResilienceModuleOptions {
      return options;
    }
  }

  @Module({ providers: [Factory], exports: [Factory] })
  class FactoryModule {}

  it('takes options from ConfigService', async () => {
    const root = application(
      ResilienceModule.forRootAsync({
        imports: [ConfigModule.forRoot({ ignoreEnvFile: true, load: [() => ({ retries: 4 })] })],
        inject: [ConfigService],
        useFactory: async (config: ConfigService) => ({
          policies: { market: { retry: { maxRetries: config.getOrThrow('retries') } } },
        }),
      }),
    );
    const { app } = await started(root);
    expect(app.get(Prices).policy.describe().options.retry).toEqual({ maxRetries: 4 });
  });

  it.each([
    ['useClass', ResilienceModule.forRootAsync({ useClass: Factory })],
    ['useExisting', ResilienceModule.forRootAsync({ imports: [FactoryModule], useExisting: Factory })],
    ['useFactory', ResilienceModule.forRootAsync({ useFactory: () => options })],
  ])('accepts options from %s', async (_, dynamicModule) => {
    const { url } = await started(application(dynamicModule));
    expect((await fetch(`${url}/prices/A`)).status).toBe(200);
  });

  it('requires exactly one source', () => {
    expect(() => ResilienceModule.forRootAsync({})).toThrow(
      'Cannot use ResilienceModule.forRootAsync: give exactly one of useFactory, useClass, useExisting, received none',
    );
    expect(() => ResilienceModule.forRootAsync({ useClass: Factory, useExisting: Factory })).toThrow(
      'received useClass and useExisting',
    );
  });
});

describe('ResilienceModule.forFeature', () => {
  @Injectable()
  class Orders {
    constructor(@InjectPolicy('orders') readonly policy: ResiliencePolicy) {}

    @Resilient('orders')
    async place(): Promise<string> {
      return 'placed';
    }
  }

  it('defines policies for the module and all others', async () => {
    const feature = moduleOf({
      imports: [ResilienceModule.forFeature({ policies: { orders: { deadlineMs: 1_000 } } })],
      providers: [Orders],
      exports: [Orders],
    });
    const root = moduleOf({
      // Also where the feature comes first.
      imports: [feature, ResilienceModule.forRoot({ policies: { market: {} } })],
      providers: [Prices],
    });
    const { app } = await started(root);
    expect(app.get(Prices).registry.names().toSorted()).toEqual(['market', 'orders']);
    expect(app.get(Orders).policy).toBe(app.get(Prices).registry.get('orders'));
    expect(await app.get(Orders).place()).toBe('placed');
  });

  it('rejects one name in two modules, but not one module in two places', async () => {
    const shared = ResilienceModule.forFeature({ policies: { orders: {} } });
    const fine = moduleOf({
      imports: [
        ResilienceModule.forRoot(),
        moduleOf({ imports: [shared], providers: [Orders] }),
        moduleOf({ imports: [shared] }),
      ],
    });
    expect((await started(fine)).app.get(Orders)).toBeInstanceOf(Orders);
    const clash = moduleOf({
      imports: [
        ResilienceModule.forRoot(),
        shared,
        ResilienceModule.forFeature({ policies: { orders: { deadlineMs: 1 } } }),
      ],
    });
    await expect(
      NestFactory.createApplicationContext(clash, { logger: false, abortOnError: false }),
    ).rejects.toThrow(
      'Cannot start ResilienceModule: policies.orders: two modules define it; give one of them another name',
    );
  });

  it('reports that forRoot is missing', async () => {
    const root = moduleOf({ imports: [ResilienceModule.forFeature({ policies: { orders: {} } })] });
    await expect(startApp(root)).rejects.toThrow(
      'Cannot use ResilienceModule.forFeature: the root module imports neither ResilienceModule.forRoot nor forRootAsync',
    );
  });
});

describe('the start', () => {
  class Misspelled {
    constructor(@InjectPolicy('markt') readonly policy: ResiliencePolicy) {}

    @Resilient('ordes')
    async place(): Promise<void> {}
  }
  Injectable()(Misspelled);

  it('reports everything that is wrong at once, in all modules', async () => {
    const root = moduleOf({
      imports: [
        ResilienceModule.forRoot({
          policies: { market: { deadlineMs: -1, retry: { maxRetries: 1.5 } } },
          errors: [[WEEXRateLimitError, { retry: { maxRetries: -1 } }]],
          drainMs: 5,
        }),
        moduleOf({
          imports: [ResilienceModule.forFeature({ policies: { orders: { bulkhead: { limit: 0 } } } })],
          providers: [Misspelled],
        }),
      ],
      providers: [Prices],
    });
    const message = await startApp(root).then(
      () => '',
      (error: unknown) => (error as Error).message,
    );
    expect(message.split('\n')).toEqual([
      'Cannot start ResilienceModule:',
      expect.stringMatching(/^- policies\.market: deadlineMs .*received -1/),
      expect.stringMatching(/^- policies\.market: retry\.maxRetries .*received 1\.5/),
      expect.stringMatching(/^- policies\.orders: bulkhead\.limit .*received 0/),
      expect.stringMatching(/^- errors\[0\]: retry\.maxRetries .*received -1/),
      "- Misspelled names policy 'markt', which no module defines; no policy is defined",
      "- Misspelled.place names policy 'ordes', which no module defines; no policy is defined",
    ]);
  });

  it.each([
    [{ drainMs: -1 }, /drainMs must be a number of milliseconds from 0 to 2147483647, received -1/],
    [{ policy: {} }, /unknown option "policy"; expected one of policies, errors/],
    [
      { errors: [[WEEXSystemError]] },
      /errors must be a list of pairs \[error class, rule\], received a list of 1/,
    ],
    [
      { unknownPolicies: 'ignore' },
      /unknownPolicies must be one of 'refuse', 'allow', 'define', received 'ignore'/,
    ],
    [{ registry: new PolicyRegistry(), random: () => 0 }, /random cannot be combined with registry/],
    [{ coordinator: {} }, /coordinator must be a coordinator, such as createRedisCoordinator returns/],
    [{ events: 'all' }, /events must be true, false or a list of event types, received 'all'/],
    [{ errorTracker: { capacity: 0 } }, /capacity/],
    [{ clock: {} }, /clock must have the methods now, setTimeout and clearTimeout, received an object/],
    [{ events: ['circuitOpen'] }, /events: unknown event "circuitOpen" \(did you mean "circuitOpened"\?\)/],
  ])('rejects %o', async (options, message) => {
    const root = moduleOf({ imports: [ResilienceModule.forRoot(options as never)] });
    await expect(startApp(root)).rejects.toThrow(message);
    await expect(startApp(root)).rejects.toThrow(/^Cannot start ResilienceModule: /);
  });

  it.each([
    [{ useFactory: () => undefined as never }, 'options must be an object, received undefined'],
    [{ useClass: class Empty {} as never }, 'Empty has no method createResilienceOptions()'],
  ])('rejects forRootAsync with %o', async (options, message) => {
    const root = moduleOf({ imports: [ResilienceModule.forRootAsync(options)] });
    await expect(startApp(root)).rejects.toThrow(message);
  });

  it('rejects forRoot twice', async () => {
    const root = moduleOf({
      imports: [ResilienceModule.forRoot(), ResilienceModule.forRoot({ drainMs: 1 })],
    });
    await expect(startApp(root)).rejects.toThrow('forRoot or forRootAsync is imported more than once');
  });

  it('lets names be defined later, or defines them, as the options say', async () => {
    const withNames = (unknownPolicies: 'allow' | 'define') =>
      moduleOf({ imports: [ResilienceModule.forRoot({ unknownPolicies })], providers: [Misspelled] });
    const later = (await started(withNames('allow'))).app;
    await expect(later.get(Misspelled).place()).rejects.toThrow("Cannot find policy 'ordes'");
    later.get<PolicyRegistry>(getRegistryToken()).define('ordes', {});
    await later.get(Misspelled).place();
    const defined = (await started(withNames('define'))).app;
    await defined.get(Misspelled).place();
    expect(defined.get(Misspelled).policy.name).toBe('markt');
  });
});
