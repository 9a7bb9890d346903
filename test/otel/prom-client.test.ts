import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { Counter, Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { createPolicy } from '../../src/index.js';
import { instrumentWeexResilience } from '../../src/otel/index.js';

it('one endpoint has the metrics of prom-client and those of the policies, as docs/otel.md shows', async () => {
  const register = new Registry();
  new Counter({ name: 'bot_decisions_total', help: 'Decisions', registers: [register] }).inc(3);
  const reader = new PrometheusExporter({ preventServerStart: true });
  const provider = new MeterProvider({ readers: [reader] });
  const instrumentation = instrumentWeexResilience({ meter: provider.getMeter('test'), tracer: false });
  await createPolicy({ name: 'trading' }).execute(() => 1, { operation: 'placeOrder' });
  const server = createServer((_request, response) => {
    void reader.collect().then(async ({ resourceMetrics }) => {
      response.setHeader('content-type', register.contentType);
      response.end(`${await register.metrics()}\n${new PrometheusSerializer().serialize(resourceMetrics)}`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`);
  const lines = (await answer.text()).split('\n');
  expect(lines).toContain('bot_decisions_total 3');
  expect(
    lines.filter((line) => /^weex_resilience_call_duration_count\{.*placeOrder.*\} 1$/.test(line)),
  ).toHaveLength(1);
  server.closeAllConnections();
  server.close();
  instrumentation.dispose();
  await provider.shutdown();
});
