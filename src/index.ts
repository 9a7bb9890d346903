export * from './decorators/index.js';
export * from './errors/index.js';
export * from './http/index.js';
export * from './observability/index.js';
export * from './orders/index.js';
export * from './policies/index.js';
export type { CallContext } from './context/call-context.js';
export type { Clock } from './context/clock.js';
