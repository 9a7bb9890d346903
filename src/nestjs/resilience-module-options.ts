import type { InjectionToken, ModuleMetadata, OptionalFactoryDependency, Type } from '@nestjs/common';
import type { Clock } from '../core/time/clock.js';
import type { ErrorTrackerOptions } from '../observability/error-tracker.js';
import type { ResilienceEventType } from '../observability/events.js';
import type { Coordinator } from '../policies/options/coordinator.js';
import type { ErrorRule, AnyPolicy, ErrorClass, PolicyOptions } from '../policies/options/policy-options.js';
import type { PolicyRegistry } from '../policies/policy-registry.js';

/** What a module adds to the application through `ResilienceModule.forFeature`. */
export interface ResilienceFeatureOptions {
  /** Policies by name, as options or as policy objects. A name that two modules define differently is an error. */
  readonly policies?: Readonly<Record<string, PolicyOptions | AnyPolicy>> | undefined;
}

/** Options of `ResilienceModule.forRoot`; all are optional. */
export interface ResilienceModuleOptions extends ResilienceFeatureOptions {
  /** Rules by error class, as for `registry.forError`. */
  readonly errors?: readonly (readonly [ErrorClass, ErrorRule])[] | undefined;
  /** The registry in which policies are defined, for example one with a coordinator. Default: a new registry. */
  readonly registry?: PolicyRegistry | undefined;
  /**
   * Shares rate limits and cool-downs across processes, like `createRedisCoordinator` of `weex-resilience/redis`.
   * Not with `registry`.
   */
  readonly coordinator?: Coordinator | undefined;
  /** The clock of policies that have none of their own. Default: the system clock. Not with `registry`. */
  readonly clock?: Clock | undefined;
  /** Returns a number from 0 up to, but not including, 1. Default `Math.random`. Not with `registry`. */
  readonly random?: (() => number) | undefined;
  /** Options of the application's `ErrorTracker`. */
  readonly errorTracker?: ErrorTrackerOptions | undefined;
  /**
   * How long the application waits for running calls at shutdown, in milliseconds of at least 0. Calls that are
   * still open then are logged. Default 10,000.
   */
  readonly drainMs?: number | undefined;
  /** Which events go to the `EventEmitter2` of `@nestjs/event-emitter`, if the application has one. Default: all. */
  readonly events?: boolean | readonly ResilienceEventType[] | undefined;
  /**
   * How to handle names that `@Resilient` or `@InjectPolicy` use but no module defines. `'refuse'`: the application
   * does not start; `'allow'`: they may be defined later; `'define'`: they are defined without any stage, so calls
   * pass unchanged. Default `'refuse'`.
   */
  readonly unknownPolicies?: 'refuse' | 'allow' | 'define' | undefined;
}

/** A class that creates the options, for `useClass` and `useExisting`. */
export interface ResilienceOptionsFactory {
  createResilienceOptions(): Promise<ResilienceModuleOptions> | ResilienceModuleOptions;
}

/** Options of `ResilienceModule.forRootAsync`: exactly one of `useFactory`, `useClass` and `useExisting`. */
export interface ResilienceModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  readonly useFactory?:
    | ((...dependencies: never[]) => Promise<ResilienceModuleOptions> | ResilienceModuleOptions)
    | undefined;
  /** The providers passed to `useFactory`. */
  readonly inject?: (InjectionToken | OptionalFactoryDependency)[] | undefined;
  readonly useClass?: Type<ResilienceOptionsFactory> | undefined;
  readonly useExisting?: InjectionToken<ResilienceOptionsFactory> | undefined;
}
