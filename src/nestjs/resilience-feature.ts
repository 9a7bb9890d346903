import type { ResilienceFeatureOptions } from './resilience-module-options.js';

/** The options of one `forFeature`; found in the application by this class. */
export class ResilienceFeature {
  readonly options: ResilienceFeatureOptions;

  constructor(options: ResilienceFeatureOptions) {
    this.options = options;
  }
}
