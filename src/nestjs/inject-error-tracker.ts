import { Inject } from '@nestjs/common';
import { getErrorTrackerToken } from './tokens.js';

/**
 * Injects the application's `ErrorTracker` into a constructor parameter or a property. The tracker counts every
 * failure of the application's policies and of the HTTP modules that use `withWeexErrors`.
 *
 * @example
 * ```ts
 * import { Controller, Get } from '@nestjs/common';
 * import type { ErrorSummary, ErrorTracker } from 'weex-resilience';
 * import { InjectErrorTracker } from 'weex-resilience/nestjs';
 *
 * @Controller('errors')
 * export class ErrorsController {
 *   constructor(@InjectErrorTracker() private readonly tracker: ErrorTracker) {}
 *
 *   @Get()
 *   read(): ErrorSummary {
 *     return this.tracker.summary();
 *   }
 * }
 * ```
 */
export function InjectErrorTracker(): PropertyDecorator & ParameterDecorator {
  return Inject(getErrorTrackerToken());
}
