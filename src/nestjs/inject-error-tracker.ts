import { Inject } from '@nestjs/common';
import { getErrorTrackerToken } from './tokens.js';

/**
 * Injects the application's `ErrorTracker`, on a constructor parameter or a property. It counts every failure of the
 * application's policies, and of the HTTP modules with `withWeexErrors`.
 */
export function InjectErrorTracker(): PropertyDecorator & ParameterDecorator {
  return Inject(getErrorTrackerToken());
}
