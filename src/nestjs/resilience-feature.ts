import type { ResilienceFeatureOptions } from './resilience-module-options.js';

/** What one `forFeature` adds; found in the application by its class. */
export class ResilienceFeature {
  readonly options: ResilienceFeatureOptions;

  constructor(options: ResilienceFeatureOptions) {
    this.options = options;
  }
}
