export { instrumentWeexResilience } from './instrument-weex-resilience.js';

export type { Instrumentation, InstrumentOptions } from './instrument-weex-resilience.js';
