import type { InjectionToken, ModuleMetadata, OptionalFactoryDependency, Type } from '@nestjs/common';
import type { Clock } from '../core/time/clock.js';
import type { ErrorTrackerOptions } from '../observability/error-tracker.js';
import type { ResilienceEventType } from '../observability/events.js';
import type { Coordinator } from '../policies/options/coordinator.js';
import type { ErrorRule, AnyPolicy, ErrorClass, PolicyOptions } from '../policies/options/policy-options.js';
import type { PolicyRegistry } from '../policies/policy-registry.js';

/** What a module adds to the application with `ResilienceModule.forFeature`. */
export interface ResilienceFeatureOptions {
  /** Policies by name, as options or as a policy. A name that another module defines as well is an error. */
  readonly policies?: Readonly<Record<string, PolicyOptions | AnyPolicy>> | undefined;
}

/** Options of `ResilienceModule.forRoot`; every one is optional. */
export interface ResilienceModuleOptions extends ResilienceFeatureOptions {
  /** Rules by error class, as of `registry.forError`. */
  readonly errors?: readonly (readonly [ErrorClass, ErrorRule])[] | undefined;
  /** The registry to define the policies in, for example one with a coordinator. Default: one of the application's own. */
  readonly registry?: PolicyRegistry | undefined;
  /** Makes rate limits and cool-downs hold across processes, as `createRedisCoordinator` of `weex-resilience/redis` does. Not with `registry`. */
  readonly coordinator?: Coordinator | undefined;
  /** Where the policies that name no clock take the time from. Default: the clock of the machine. Not with `registry`. */
  readonly clock?: Clock | undefined;
  /** A number from 0 up to 1, as `Math.random`, which is the default. Not with `registry`. */
  readonly random?: (() => number) | undefined;
  /** Options of the application's `ErrorTracker`. */
  readonly errorTracker?: ErrorTrackerOptions | undefined;
  /**
   * How long the application waits at its shutdown for calls under way, in milliseconds from 0. What is still open
   * then is logged. Default 10,000.
   */
  readonly drainMs?: number | undefined;
  /** Which events go to the `EventEmitter2` of `@nestjs/event-emitter`, where the application has one. Default: all. */
  readonly events?: boolean | readonly ResilienceEventType[] | undefined;
  /**
   * What becomes of names that `@Resilient` or `@InjectPolicy` use and no module defines. `'refuse'`: the application
   * does not start; `'allow'`: they may be defined later; `'define'`: they let every call through as it is. Default
   * `'refuse'`.
   */
  readonly unknownPolicies?: 'refuse' | 'allow' | 'define' | undefined;
}

/** A class that makes the options, for `useClass` and `useExisting`. */
export interface ResilienceOptionsFactory {
  createResilienceOptions(): Promise<ResilienceModuleOptions> | ResilienceModuleOptions;
}

/** Options of `ResilienceModule.forRootAsync`: exactly one of `useFactory`, `useClass` and `useExisting`. */
export interface ResilienceModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  readonly useFactory?:
    | ((...dependencies: never[]) => Promise<ResilienceModuleOptions> | ResilienceModuleOptions)
    | undefined;
  /** What `useFactory` is called with. */
  readonly inject?: (InjectionToken | OptionalFactoryDependency)[] | undefined;
  readonly useClass?: Type<ResilienceOptionsFactory> | undefined;
  readonly useExisting?: InjectionToken<ResilienceOptionsFactory> | undefined;
}
