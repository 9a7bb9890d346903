import {
  type DynamicModule,
  type FactoryProvider,
  type InjectionToken,
  Module,
  type Provider,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { ErrorTracker } from '../observability/error-tracker.js';
import { PolicyRegistry } from '../policies/policy-registry.js';
import type { ResiliencePolicy } from '../policies/resilience-policy.js';
import { asyncOptionsProviders } from './async-options-providers.js';
import { checkAsyncOptions, checkFeatureOptions } from './check-options.js';
import { createRegistry, defineFeature } from './create-registry.js';
import { InstanceBinder } from './instance-binder.js';
import { ResilienceFeature } from './resilience-feature.js';
import { ResilienceHealthIndicator } from './resilience-health-indicator.js';
import { ResilienceLifecycle } from './resilience-lifecycle.js';
import type {
  ResilienceFeatureOptions,
  ResilienceModuleAsyncOptions,
  ResilienceModuleOptions,
} from './resilience-module-options.js';
import {
  getClockToken,
  getErrorTrackerToken,
  getOptionsToken,
  getPolicyToken,
  getRegistryToken,
  requestedNames,
} from './tokens.js';

/** Says that a module was imported by one of the static methods; not exported, so only that module sees it. */
const configured: FactoryProvider = { provide: Symbol('ResilienceModuleConfigured'), useFactory: () => true };

/** Part of every import of the module, even of the bare class, which provides nothing by itself. */
const rootRequired: FactoryProvider = {
  provide: Symbol('ResilienceModuleRootRequired'),
  useFactory: (isConfigured?: boolean, registry?: PolicyRegistry) => {
    if (isConfigured || registry) return;
    throw new TypeError(
      'Cannot use ResilienceModule: imports has the class itself, but no module imports ResilienceModule.forRoot or forRootAsync',
    );
  },
  inject: [configured.provide, getRegistryToken()].map((token) => ({ token, optional: true })),
};

/**
 * Provides a NestJS application with policies: one registry, used by `@Resilient('name')` on providers, controllers
 * and resolvers of any scope, and injected by `@InjectPolicy`, `@InjectRegistry` and `@InjectErrorTracker`.
 *
 * The module is global; import `forRoot` or `forRootAsync` once, in the root module. The options, the rules and
 * every name in use are checked at the start, and one error lists everything that is wrong. Two applications in one
 * process share nothing.
 *
 * @example
 * ```ts
 * import { Module } from '@nestjs/common';
 * import { WEEXRateLimitError } from 'weex-resilience';
 * import { ResilienceModule } from 'weex-resilience/nestjs';
 *
 * @Module({
 *   imports: [
 *     ResilienceModule.forRoot({
 *       policies: { orders: { deadlineMs: 5_000, retry: {}, coolDown: true } },
 *       errors: [[WEEXRateLimitError, { retry: { maxRetries: 5 } }]],
 *     }),
 *   ],
 * })
 * export class AppModule {}
 * ```
 */
@Module({ providers: [rootRequired] })
export class ResilienceModule {
  /** Provides the application's policies from the given options. */
  static forRoot(options: ResilienceModuleOptions = {}): DynamicModule {
    return rootModule([{ provide: getOptionsToken(), useValue: options }]);
  }

  /**
   * Provides the application's policies from options that are created at the start, for example with
   * `ConfigService`.
   *
   * @throws TypeError unless exactly one of `useFactory`, `useClass` and `useExisting` is given, and for unknown
   * options.
   */
  static forRootAsync(given: ResilienceModuleAsyncOptions): DynamicModule {
    const options = checkAsyncOptions(given);
    return rootModule(asyncOptionsProviders(options), options.imports);
  }

  /**
   * Adds a module's policies to the registry of the application.
   *
   * @throws TypeError for unknown options. Wrong policies are reported when the application starts.
   */
  static forFeature(given: ResilienceFeatureOptions): DynamicModule {
    const options = checkFeatureOptions(given);
    const feature = new ResilienceFeature(options);
    const defined = Symbol('ResilienceFeatureDefinition');
    const tokens = Object.keys(options.policies ?? {}).map((name) => policyProvider(name, defined));
    const definition: Provider = {
      provide: defined,
      useFactory: (registry?: PolicyRegistry, binder?: InstanceBinder) => {
        if (!registry) {
          throw new TypeError(
            'Cannot use ResilienceModule.forFeature: the root module imports neither ResilienceModule.forRoot nor forRootAsync',
          );
        }
        defineFeature(registry, feature);
        // A lazily loaded module arrives after everything else was bound.
        binder?.bindAll();
        return registry;
      },
      inject: [
        { token: getRegistryToken(), optional: true },
        { token: InstanceBinder, optional: true },
      ],
    };
    return {
      module: ResilienceModule,
      providers: [
        { provide: Symbol('ResilienceFeature'), useValue: feature },
        configured,
        definition,
        ...tokens,
      ],
      exports: tokens.map(({ provide: token }) => token),
    };
  }
}

function rootModule(options: Provider[], imports: DynamicModule['imports'] = []): DynamicModule {
  const own: Provider[] = [
    {
      provide: getClockToken(),
      // Options that are not an object are reported when the registry is created.
      useFactory: (given: ResilienceModuleOptions | undefined) => given?.clock,
      inject: [getOptionsToken()],
    },
    {
      provide: getRegistryToken(),
      useFactory: createRegistry,
      inject: [getOptionsToken(), getClockToken(), ModulesContainer],
    },
    {
      provide: getErrorTrackerToken(),
      useFactory: ({ errorTracker }: ResilienceModuleOptions) => new ErrorTracker(errorTracker),
      // After the registry, which checks all options.
      inject: [getOptionsToken(), getRegistryToken()],
    },
    // By their classes too, so that a constructor parameter of that type needs no decorator.
    { provide: PolicyRegistry, useExisting: getRegistryToken() },
    { provide: ErrorTracker, useExisting: getErrorTrackerToken() },
    {
      provide: InstanceBinder,
      useFactory: (container: ModulesContainer, registry: PolicyRegistry) =>
        new InstanceBinder(container, registry),
      inject: [ModulesContainer, getRegistryToken()],
    },
    ResilienceLifecycle,
    ResilienceHealthIndicator,
  ];
  const exported = [
    getOptionsToken(),
    getClockToken(),
    getRegistryToken(),
    getErrorTrackerToken(),
    PolicyRegistry,
    ErrorTracker,
    InstanceBinder,
    ResilienceHealthIndicator,
  ];
  return {
    module: ResilienceModule,
    global: true,
    imports,
    // Read when Nest scans the application: by then every class that injects a policy has requested its name.
    get providers() {
      return [configured, ...options, ...own, ...requestedNames().map((name) => policyProvider(name))];
    },
    get exports() {
      return [...exported, ...requestedNames().map((name) => getPolicyToken(name))];
    },
  };
}

function policyProvider(name: string, registryToken: InjectionToken = getRegistryToken()): FactoryProvider {
  return {
    provide: getPolicyToken(name),
    // Unknown names are reported with everything else at the start; this one may belong to another application.
    useFactory: (registry: PolicyRegistry): ResiliencePolicy | undefined =>
      registry.has(name) ? registry.get(name) : undefined,
    inject: [registryToken],
  };
}
