import { type DynamicModule, Module } from '@nestjs/common';
import { createSkippingClock } from '../core/time/skipping-clock.js';
import type { ResilienceModuleOptions } from './resilience-module-options.js';
import { ResilienceModule } from './resilience-module.js';

/**
 * A `ResilienceModule` for tests in which nothing waits: backoffs, cool-downs and rate limits pass at once, on the
 * module's own clock. Time limits expire only if the test advances that clock.
 *
 * Policy names that are not defined let calls through unchanged, so a test need not define every policy. To test an
 * application that imports `ResilienceModule` itself, use
 * `overrideProvider(getClockToken()).useValue(createSkippingClock())`.
 *
 * @example
 * ```ts
 * import { Test } from '@nestjs/testing';
 * import type { SkippingClock } from 'weex-resilience/testing';
 * import { getClockToken, ResilienceTestingModule } from 'weex-resilience/nestjs';
 *
 * const policies = { orders: { retry: { maxRetries: 3 } } };
 * const module = await Test.createTestingModule({
 *   imports: [ResilienceTestingModule.forRoot({ policies })],
 * }).compile();
 * await module.get<SkippingClock>(getClockToken()).advance(5_000);
 * ```
 */
@Module({})
export class ResilienceTestingModule {
  /**
   * Like `ResilienceModule.forRoot`, with defaults for tests: `clock`, `drainMs: 0` and `unknownPolicies:
   * 'define'`.
   */
  static forRoot(options: ResilienceModuleOptions = {}): DynamicModule {
    const clock = options.registry ? undefined : createSkippingClock();
    return ResilienceModule.forRoot({ drainMs: 0, unknownPolicies: 'define', clock, ...options });
  }
}
