export * from './errors/index.js';
export * from './observability/index.js';
