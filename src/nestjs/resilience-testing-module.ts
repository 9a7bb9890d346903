import { type DynamicModule, Module } from '@nestjs/common';
import { createSkippingClock } from '../core/time/skipping-clock.js';
import type { ResilienceModuleOptions } from './resilience-module-options.js';
import { ResilienceModule } from './resilience-module.js';

/**
 * `ResilienceModule` for tests, in which nothing waits: backoffs, cool-downs and allowances are over at once, on a
 * clock of its own. Time limits act only when the test moves that clock.
 *
 * Names that nobody defines let calls through as they are, so that a test need not know every policy. An application
 * that imports `ResilienceModule` itself is tested by `overrideProvider(getClockToken()).useValue(createSkippingClock())`.
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
  /** As `ResilienceModule.forRoot`, with defaults for tests: `clock`, `drainMs: 0` and `unknownPolicies: 'define'`. */
  static forRoot(options: ResilienceModuleOptions = {}): DynamicModule {
    const clock = options.registry ? undefined : createSkippingClock();
    return ResilienceModule.forRoot({ drainMs: 0, unknownPolicies: 'define', clock, ...options });
  }
}
