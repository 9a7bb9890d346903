export { attachWeexErrors } from './attach-weex-errors.js';
export { batchOutcomes } from './batch-outcomes.js';
export { toWeexError } from './to-weex-error.js';

export type { WeexErrorsOptions } from './weex-errors-options.js';
export type { BatchOutcome } from './batch-outcomes.js';
export type { FailureContext } from './failure-context.js';
export type { RateLimitUsage } from '../core/context/rate-limit-usage.js';
