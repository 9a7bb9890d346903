import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Whether there is a Prometheus to test with. With REQUIRE_PROMETHEUS=1 it must be there. */
export const hasPrometheus: boolean = ['prometheus', 'promtool'].every(
  (program) => spawnSync(program, ['--version']).status === 0,
);
if (!hasPrometheus) {
  const message = 'prometheus and promtool are not installed: the queries of dashboards/ cannot be run';
  if (process.env['REQUIRE_PROMETHEUS'] === '1') throw new Error(message);
  process.stderr.write(`SKIPPED: ${message}\n`);
}

/** A time series as a query gives it. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

/** A real Prometheus that scrapes one port of this machine every second. */
export class Prometheus {
  readonly #port: number;
  readonly #folder: string;
  readonly #process: ChildProcess;

  private constructor(port: number, folder: string, child: ChildProcess) {
    this.#port = port;
    this.#folder = folder;
    this.#process = child;
  }

  static async start(scrapedPort: number): Promise<Prometheus> {
    const folder = mkdtempSync(path.join(tmpdir(), 'weex-prometheus-'));
    const config = path.join(folder, 'prometheus.yml');
    writeFileSync(
      config,
      `global: { scrape_interval: 1s }
scrape_configs: [{ job_name: trader, static_configs: [{ targets: ['127.0.0.1:${scrapedPort}'] }] }]
`,
    );
    const port = await freePort();
    const options = [
      `--config.file=${config}`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
    ];
    return new Prometheus(port, folder, spawn('prometheus', options, { stdio: 'ignore' }));
  }

  /** The answer to a query; it throws what Prometheus says is wrong with it. */
  async query(query: string): Promise<Series[]> {
    return (await this.#get('query', { query })) as Series[];
  }

  /** The values that a label has in the series that match. */
  async labelValues(label: string, match: string): Promise<string[]> {
    return (await this.#get(`label/${label}/values`, { 'match[]': match })) as string[];
  }

  /** Asks again until there is an answer that is not empty: a scrape takes its time. */
  async until<Item>(ask: () => Promise<Item[]>): Promise<Item[]> {
    for (let tries = 0; tries < 200; tries += 1) {
      const found = await ask();
      if (found.length > 0) return found;
      await sleep(100);
    }
    return [];
  }

  async #get(what: string, parameters: Record<string, string>): Promise<unknown> {
    const url = `http://127.0.0.1:${this.#port}/api/v1/${what}?${new URLSearchParams(parameters).toString()}`;
    const answer = await fetch(url).catch(() => undefined);
    // It is still starting.
    if (!answer || answer.status === 503) return [];
    const { status, error, data } = (await answer.json()) as {
      status: string;
      error?: string;
      data?: unknown;
    };
    if (status !== 'success') throw new Error(`${parameters['query'] ?? what}: ${error}`);
    return Array.isArray(data) ? data : (data as { result: unknown }).result;
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill();
    await ended;
    rmSync(this.#folder, { recursive: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
