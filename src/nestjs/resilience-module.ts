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

/**
 * Gives a NestJS application its policies: one registry, in which `@Resilient('name')` on any provider, controller
 * or resolver of any scope looks, and which `@InjectPolicy`, `@InjectRegistry` and `@InjectErrorTracker` reach.
 *
 * It is global; `forRoot` or `forRootAsync` is imported once, in the root module. The options, the rules and every
 * name in use are checked at the start, and one error tells all that is wrong. Two applications in one process share
 * nothing.
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
@Module({})
export class ResilienceModule {
  /** The application's policies, with options at hand. */
  static forRoot(options: ResilienceModuleOptions = {}): DynamicModule {
    return rootModule([{ provide: getOptionsToken(), useValue: options }]);
  }

  /**
   * The application's policies, with options from elsewhere, `ConfigService` for example.
   *
   * @throws TypeError unless there is exactly one of `useFactory`, `useClass` and `useExisting`.
   */
  static forRootAsync(options: ResilienceModuleAsyncOptions): DynamicModule {
    return rootModule(asyncOptionsProviders(options), options.imports);
  }

  /** Policies that a module brings along. They go into the registry of the application. */
  static forFeature(options: ResilienceFeatureOptions): DynamicModule {
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
        // A module that is loaded lazily comes after everything else was bound.
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
      providers: [{ provide: Symbol('ResilienceFeature'), useValue: feature }, definition, ...tokens],
      exports: tokens.map(({ provide: token }) => token),
    };
  }
}

function rootModule(options: Provider[], imports: DynamicModule['imports'] = []): DynamicModule {
  const own: Provider[] = [
    {
      provide: getClockToken(),
      // What is no object is told of where the registry is made.
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
    // By their classes, so that a constructor that names one gets it without a decorator.
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
    // Read when Nest scans the application: by then every class that injects a policy has said its name.
    get providers() {
      return [...options, ...own, ...requestedNames().map((name) => policyProvider(name))];
    },
    get exports() {
      return [...exported, ...requestedNames().map((name) => getPolicyToken(name))];
    },
  };
}

function policyProvider(name: string, registryToken: InjectionToken = getRegistryToken()): FactoryProvider {
  return {
    provide: getPolicyToken(name),
    // Names are checked with everything else at the start; this one may belong to another application.
    useFactory: (registry: PolicyRegistry): ResiliencePolicy | undefined =>
      registry.has(name) ? registry.get(name) : undefined,
    inject: [registryToken],
  };
}
