import { metrics, type Meter, trace, type Tracer } from '@opentelemetry/api';
import { describeValue, optionFault, type OptionFault, throwFaults } from '../core/options/check-options.js';
import { quietly } from '../observability/event-channel.js';
import { observeState } from './observe-state.js';
import { recordMetrics } from './record-metrics.js';
import { traceCalls } from './trace-calls.js';

/** Options of {@link instrumentWeexResilience}. */
export interface InstrumentOptions {
  /** Creates the metrics. Default: the meter `weex-resilience` of the global provider. `false`: no metrics. */
  readonly meter?: Meter | false | undefined;
  /** Creates the spans. Default: the tracer `weex-resilience` of the global provider. `false`: no spans. */
  readonly tracer?: Tracer | false | undefined;
}

/** A running instrumentation. */
export interface Instrumentation {
  /** Ends it: all listeners are removed, and open spans are ended. A second call has no effect. */
  dispose(): void;
}

const scope = 'weex-resilience';

/**
 * Records what every policy of the process does as OpenTelemetry metrics and spans, until it is disposed.
 *
 * Durations are in seconds. A call is a span, and each of its attempts is a child span; spans that the method
 * starts are children of the attempt, even after a queue or a backoff. No symbol, id, path or message is an
 * attribute. Exceptions of a meter, a tracer or an exporter do not affect any call. State is read when metrics are
 * collected, for the policies that have been called since. A program that does not call this function pays nothing.
 *
 * @throws {TypeError} if `meter` or `tracer` is neither a meter or tracer nor `false`.
 * @example
 * ```ts
 * import { instrumentWeexResilience } from 'weex-resilience/otel';
 *
 * const instrumentation = instrumentWeexResilience({ tracer: false }); // metrics alone
 * instrumentation.dispose();
 * ```
 */
export function instrumentWeexResilience(options: InstrumentOptions = {}): Instrumentation {
  const { meter = metrics.getMeter(scope), tracer = trace.getTracer(scope) } = options;
  const faults = [...faultOf('meter', meter, 'createHistogram'), ...faultOf('tracer', tracer, 'startSpan')];
  throwFaults('instrument weex-resilience', faults);
  const stops: (() => void)[] = [];
  const dispose = (): void => {
    for (const stop of stops.splice(0)) quietly(stop);
  };
  try {
    if (meter) stops.push(recordMetrics(meter));
    if (meter) stops.push(observeState(meter));
    if (tracer) stops.push(traceCalls(tracer));
  } catch (error) {
    dispose();
    throw error;
  }
  return { dispose };
}

function faultOf(option: string, value: unknown, method: string): OptionFault[] {
  if (value === false) return [];
  if (typeof (value as Record<string, unknown> | null)?.[method] === 'function') return [];
  const allowed = `a ${option} of @opentelemetry/api or false`;
  return [optionFault(option, `must be ${allowed}, received ${describeValue(value)}`)];
}
