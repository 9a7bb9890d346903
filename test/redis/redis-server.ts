import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';

/** Whether there is a server to test with. With REQUIRE_REDIS=1 it must be there. */
export const hasRedis: boolean = spawnSync('redis-server', ['--version']).status === 0;
if (!hasRedis) {
  const message = 'redis-server is not installed: the tests of src/redis cannot run';
  if (process.env['REQUIRE_REDIS'] === '1') throw new Error(message);
  process.stderr.write(`SKIPPED: ${message}\n`);
}

/** A Redis server of a test's own. */
export class RedisServer {
  readonly port: number;
  readonly #directory = mkdtempSync(path.join(tmpdir(), 'weex-redis-'));
  readonly #clients: Redis[] = [];
  #process: ChildProcess | undefined;

  private constructor(port: number) {
    this.port = port;
  }

  static async start(): Promise<RedisServer> {
    const server = new RedisServer(await freePort());
    await server.run();
    return server;
  }

  async run(): Promise<void> {
    const { port } = this;
    const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', this.#directory];
    this.#process = spawn('redis-server', options, { stdio: 'ignore' });
    const client = this.client();
    await client.ping();
    client.disconnect();
  }

  /** A client that gives nothing up. */
  client(): Redis {
    const client = new Redis({
      port: this.port,
      host: '127.0.0.1',
      maxRetriesPerRequest: null,
      retryStrategy: () => 20,
    });
    client.on('error', () => undefined);
    this.#clients.push(client);
    return client;
  }

  /** Waits until it does not count as just started any more, so that a new fleet gets its shares at once. */
  async ripen(): Promise<void> {
    const client = this.client();
    const ageOf = (info: string): number => Number(/uptime_in_seconds:(\d+)/.exec(info)?.[1]);
    while (ageOf(await client.info('server')) < 3) await new Promise((resolve) => setTimeout(resolve, 50));
    client.disconnect();
  }

  signal(signal: NodeJS.Signals): void {
    this.#process?.kill(signal);
  }

  async kill(): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.disconnect();
    await this.kill();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
