import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, BatchSpanProcessor, InMemorySpanExporter } from '@opentelemetry/sdk-trace-base';
import {
  createPolicy,
  WEEXNetworkError,
  WEEXOrderError,
  WEEXRateLimitError,
  WEEXSystemError,
  WEEXTimeoutError,
} from 'weex-resilience';
import { instrumentWeexResilience, type Instrumentation, type InstrumentOptions } from 'weex-resilience/otel';
import { compare } from './harness.js';
import { serveSymbolPrice } from './symbol-price.js';

// What metrics and spans cost per call: for a call over HTTP to a server on this machine, and for one that does
// nothing.
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
const metricsReader = new PrometheusExporter({ preventServerStart: true });
const meter = new MeterProvider({ readers: [metricsReader] }).getMeter('bench');
let exported = 0;
/** Counts the spans and discards them. */
class CountingExporter extends InMemorySpanExporter {
  override export(...[spans, done]: Parameters<InMemorySpanExporter['export']>): void {
    exported += spans.length;
    super.export([], done);
  }
}
const tracer = new BasicTracerProvider({
  spanProcessors: [new BatchSpanProcessor(new CountingExporter())],
}).getTracer('bench');

const policy = createPolicy({
  name: 'bench',
  attemptTimeoutMs: 2_000,
  retry: { maxRetries: 3 },
  circuitBreaker: { consecutiveFailures: 5 },
  bulkhead: { limit: 10, queue: 50 },
});

let running: { readonly name: string; readonly instrumentation: Instrumentation | undefined } | undefined;
/** A call with or without instrumentation, switched by the first call of a round. */
const instrumented =
  (name: string, options: InstrumentOptions | undefined, call: () => Promise<unknown>) =>
  (): Promise<unknown> => {
    if (running?.name !== name) {
      running?.instrumentation?.dispose();
      running = { name, instrumentation: options && instrumentWeexResilience(options) };
    }
    return call();
  };
const cases = (call: () => Promise<unknown>) => ({
  plain: instrumented('plain', undefined, call),
  metrics: instrumented('metrics', { meter, tracer: false }, call),
  spans: instrumented('spans', { meter: false, tracer }, call),
  'metrics and spans': instrumented('metrics and spans', { meter, tracer }, call),
});
const packages = ['@opentelemetry/sdk-metrics', '@opentelemetry/sdk-trace-base'];

const price = await serveSymbolPrice();
await compare({
  title: 'A call by axios to a server on this machine',
  baseline: 'plain',
  cases: cases(() => policy.execute(price.get, { operation: 'getPrice' })),
  packages: ['axios', ...packages],
  roundMs: 60,
  measure: 'cpu',
});
price.close();
if (exported === 0) throw new Error('No span was exported: the figures above are invalid');

const nothing = async (): Promise<number> => 42;
await compare({
  title: 'A call that does nothing',
  baseline: 'plain',
  cases: cases(() => policy.execute(nothing, { operation: 'getPrice' })),
  packages,
  roundMs: 20,
  measure: 'cpu',
});

running?.instrumentation?.dispose();

// A million calls over a thousand symbols, with every kind of failure that a busy account sees.
const market = createPolicy({
  name: 'market',
  effect: 'read',
  retry: { maxRetries: 2, backoff: { initialDelayMs: 1, maxDelayMs: 1 } },
  circuitBreaker: { failureRate: 0.5, minimumCalls: 10 },
  rateLimit: { limit: 10_000_000, windowMs: 10_000 },
  bulkhead: { limit: 20, queue: 10_000 },
  coolDown: { scope: 'market' },
});
const orders = createPolicy({
  name: 'orders',
  retry: { maxRetries: 2, backoff: { initialDelayMs: 1, maxDelayMs: 1 }, budget: { ratio: 0.2 } },
  circuitBreaker: { failureRate: 0.7, minimumCalls: 10 },
  bulkhead: { limit: 10, queue: 10_000 },
});
const executionStatus = 'not-executed';
const failures = [
  () => new WEEXNetworkError('reset', { executionStatus }),
  () => new WEEXSystemError('down', { code: 500, executionStatus }),
  () => new WEEXTimeoutError('slow', { scope: 'attempt', executionStatus }),
  () => new WEEXOrderError('refused', { code: -2010, executionStatus }),
  () => new WEEXRateLimitError('slow down', { code: 429, retryAfter: 0.001, executionStatus }),
  () => new WEEXNetworkError('lost', { executionStatus: 'unknown' }),
];
const kinds = [
  { policy: market, operation: 'getTicker' },
  { policy: market, operation: 'getDepth' },
  { policy: orders, operation: 'placeOrder' },
  { policy: orders, operation: 'cancelOrder' },
] as const;
const reader = new PrometheusExporter({ preventServerStart: true });
const provider = new MeterProvider({ readers: [reader] });
const instrumentation = instrumentWeexResilience({
  meter: provider.getMeter('weex-resilience'),
  tracer: false,
});
const calls = 1_000_000;
const symbols = 1_000;
for (let first = 0; first < calls; first += 100) {
  const together = Array.from({ length: 100 }, (_, index) => {
    const call = first + index;
    const { policy: under, operation } = kinds[call % kinds.length] as (typeof kinds)[number];
    const failure =
      call % 100 === 99 - (call % 4) ? failures[Math.floor(call / 100) % failures.length] : undefined;
    const symbol = `S${(call * 7) % symbols}USDT`;
    return under.executeOutcome(() => (failure ? Promise.reject(failure()) : Promise.resolve(call)), {
      operation,
      key: symbol,
      args: [symbol],
    });
  });
  await Promise.all(together);
}
const { resourceMetrics } = await reader.collect();
instrumentation.dispose();
const text = new PrometheusSerializer().serialize(resourceMetrics);
const series = text.split('\n').filter((line) => line.startsWith('weex_'));
console.log(
  `\n${calls.toLocaleString('en')} calls over ${symbols.toLocaleString('en')} symbols: ${series.length} series`,
);
if (series.length > 300) throw new Error(`There are ${series.length} series, more than 300`);
if (/S\d+USDT/.test(text)) throw new Error('A symbol is an attribute');
