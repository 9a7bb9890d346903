import { metrics, type Meter } from '@opentelemetry/api';
import { observeState } from './observe-state.js';
import { recordMetrics } from './record-metrics.js';

/** Options of {@link instrumentWeexResilience}. */
export interface InstrumentOptions {
  /** What makes the instruments. Default: the meter `weex-resilience` of the global provider. `false`: no metrics. */
  readonly meter?: Meter | false | undefined;
}

/** What was started, to be ended. */
export interface Instrumentation {
  /** Ends it: nothing listens any more. A second call does nothing. */
  dispose(): void;
}

const scope = 'weex-resilience';

export function instrumentWeexResilience(options: InstrumentOptions = {}): Instrumentation {
  const { meter = metrics.getMeter(scope) } = options;
  const stops: (() => void)[] = [];
  if (meter) stops.push(recordMetrics(meter), observeState(meter));
  return {
    dispose() {
      for (const stop of stops.splice(0)) stop();
    },
  };
}
