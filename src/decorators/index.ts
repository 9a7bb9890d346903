export { setDefaultAmbientContext } from './default-ambient-context.js';
export { getResilienceMetadata } from './get-resilience-metadata.js';
export { setInstanceRegistry } from './instance-registry.js';
export { listResilientMethods } from './list-resilient-methods.js';
export { NotResilient } from './not-resilient.js';
export { resilienceContext } from './resilience-context.js';
export { resilient } from './resilient.js';
export { Resilient } from './resilient-decorator.js';

export type { ResilientDecorator } from './decoration.js';
export type { ResilienceMetadata } from './get-resilience-metadata.js';
export type { NotResilientDecorator } from './not-resilient.js';
export type { ResilientOptions } from './resilient-options.js';
