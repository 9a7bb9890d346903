export { InjectErrorTracker } from './inject-error-tracker.js';
export { InjectPolicy } from './inject-policy.js';
export { InjectRegistry } from './inject-registry.js';
export { resilienceEventName } from './resilience-event-name.js';
export { ResilienceHealthIndicator } from './resilience-health-indicator.js';
export { ResilienceModule } from './resilience-module.js';
export { ResilienceTestingModule } from './resilience-testing-module.js';
export {
  getClockToken,
  getErrorTrackerToken,
  getOptionsToken,
  getPolicyToken,
  getRegistryToken,
} from './tokens.js';
export { WeexExceptionFilter } from './weex-exception-filter.js';
export { withWeexErrors } from './with-weex-errors.js';

export type { ProblemDetails } from './problem-details.js';
export type { ResilienceEventName } from './resilience-event-name.js';
export type { ResilienceHealth, ResilienceHealthOptions } from './resilience-health-indicator.js';
export type {
  ResilienceFeatureOptions,
  ResilienceModuleAsyncOptions,
  ResilienceModuleOptions,
  ResilienceOptionsFactory,
} from './resilience-module-options.js';
export type { WeexExceptionFilterOptions } from './weex-exception-filter.js';
