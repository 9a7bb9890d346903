import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Meter } from '@opentelemetry/api';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';

/** One line of what Prometheus reads. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The real SDK with its Prometheus exporter, behind an HTTP server on this machine. */
export class ScrapedMeter {
  readonly meter: Meter;
  readonly #provider: MeterProvider;
  readonly #server: Server;

  private constructor(provider: MeterProvider, server: Server) {
    this.#provider = provider;
    this.#server = server;
    this.meter = provider.getMeter('test');
  }

  static async start(): Promise<ScrapedMeter> {
    const exporter = new PrometheusExporter({ preventServerStart: true, withoutTargetInfo: true });
    const provider = new MeterProvider({ readers: [exporter] });
    const server = createServer((request, response) => exporter.getMetricsRequestHandler(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new ScrapedMeter(provider, server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async text(): Promise<string> {
    const answer = await fetch(`http://127.0.0.1:${this.port}/metrics`);
    return answer.text();
  }

  /** Everything that a scrape sees of this library. */
  async samples(): Promise<Sample[]> {
    const lines = (await this.text()).split('\n').filter((line) => line.startsWith('weex_'));
    return lines.map((line) => {
      const [, name = '', labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)/.exec(line) ?? [];
      const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, text]) => [label, text]);
      return { name, labels: Object.fromEntries(pairs), value: Number(value) };
    });
  }

  /** The sum of the series with these labels, and perhaps more; `undefined` where there is none. */
  async value(name: string, labels: Record<string, string> = {}): Promise<number | undefined> {
    const found = (await this.samples()).filter(
      (sample) =>
        sample.name === `weex_resilience_${name}` &&
        Object.entries(labels).every(([label, text]) => sample.labels[`weex_${label}`] === text),
    );
    return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await this.#provider.shutdown();
  }
}
