import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { Redis } from 'ioredis';

/** A Redis server that this program may stop, kill and start again. */
export class RedisServer {
  readonly port: number;
  #process: ChildProcess | undefined;

  private constructor(port: number) {
    this.port = port;
  }

  static async start(): Promise<RedisServer> {
    const server = new RedisServer(await freePort());
    await server.run();
    return server;
  }

  /** @throws Error if `redis-server` is not installed. */
  async run(): Promise<void> {
    const options = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', ''];
    const child = spawn('redis-server', options, { stdio: 'ignore' });
    this.#process = child;
    const missing = new Promise<never>((_resolve, reject) => child.once('error', reject));
    const client = connect(this.port);
    try {
      await Promise.race([client.ping(), missing]);
    } finally {
      client.disconnect();
    }
  }

  async flush(): Promise<void> {
    const client = connect(this.port);
    await client.flushall();
    client.disconnect();
  }

  signal(name: NodeJS.Signals): void {
    this.#process?.kill(name);
  }

  async kill(): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }
}

/** A client that keeps commands queued while the server is away. */
export function connect(port: number): Redis {
  const client = new Redis({
    host: '127.0.0.1',
    port,
    maxRetriesPerRequest: null,
    retryStrategy: () => 50,
  });
  // The coordinator reports a lost connection; ioredis would print every attempt.
  client.on('error', () => undefined);
  return client;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
