import { type ChildProcess, fork } from 'node:child_process';
import { createRandom, startExchange } from 'weex-resilience/testing';
import { connect, type RedisServer } from '../../examples/fleet/redis-server.js';
import { pause } from '../../examples/fleet/fleet-run.js';
import type { OrderTraderLine, OrderTraderTask } from './order-trader.js';

/** The options of a run. */
export interface KillsOptions {
  readonly redis: RedisServer;
  readonly processes: number;
  readonly kills: number;
  readonly seed: number;
}

/** The result of a run. */
export interface KillsResult {
  readonly orders: number;
  readonly secondOrders: number;
  readonly kills: number;
  /** Intents of killed processes that another process settled. */
  readonly recovered: number;
  /** Settled by more than one process. */
  readonly settledTwice: number;
  /** Reported as placed although no order exists, or vice versa. */
  readonly wrong: number;
  readonly unknown: number;
  /** Orders that exist although none was reported. */
  readonly lost: number;
  /** Still in the journal at the end. */
  readonly open: number;
}

/** Kills processes of a fleet at random; the others settle what those left open. */
export async function runKills({ redis, processes, kills, seed }: KillsOptions): Promise<KillsResult> {
  const random = createRandom(`fleet kills ${seed}`);
  await redis.flush();
  const exchange = await startExchange({
    seed,
    limits: { weight: false, orders: false },
    scenario: {
      name: 'lost answers',
      phases: [
        {
          name: 'lost answers',
          durationMs: 3_600_000,
          faults: [
            { kind: 'lost-reply', endpoint: 'writes', probability: 0.05 },
            // So that some writes are always in progress.
            { kind: 'delay', endpoint: 'writes', delayMs: 100, jitterMs: 400 },
          ],
        },
      ],
    },
  });
  const task: OrderTraderTask = {
    url: exchange.url,
    credentials: exchange.credentials,
    redisPort: redis.port,
  };
  const told = new Map<string, string[]>();
  const recoveredIds: string[] = [];
  const start = (): ChildProcess => {
    const child = fork(new URL('order-trader.js', import.meta.url), {
      env: { ...process.env, TASK: JSON.stringify(task) },
    });
    child.on('message', (line: OrderTraderLine) => {
      told.set(line.id, [...(told.get(line.id) ?? []), line.outcome]);
      if (line.isRecovered) recoveredIds.push(line.id);
    });
    return child;
  };
  const children = Array.from({ length: processes }, start);
  try {
    await pause(4_000);
    for (let kill = 0; kill < kills; kill += 1) {
      await pause(1_500 + random() * 1_500);
      const place = Math.floor(random() * processes);
      children[place]?.kill('SIGKILL');
      children[place] = start();
    }
    await pause(3_000);
    for (const child of children) child.send('stop placing');
    const client = connect(redis.port);
    const intents = 'orders:{journal}:intents';
    for (let left = 60; left > 0 && (await client.hlen(intents)) > 0; left -= 1) await pause(1_000);
    const open = await client.hlen(intents);
    client.disconnect();
    const ids = exchange.orders.map(({ clientOrderId }) => clientOrderId);
    const standing = new Set(ids);
    const last = (id: string): string | undefined => told.get(id)?.at(-1);
    const isWrong = (id: string): boolean =>
      (last(id) === 'executed' && !standing.has(id)) || (last(id) === 'not-executed' && standing.has(id));
    return {
      orders: ids.length,
      secondOrders: ids.length - standing.size,
      kills,
      recovered: recoveredIds.length,
      settledTwice: recoveredIds.length - new Set(recoveredIds).size,
      wrong: [...told.keys()].filter(isWrong).length,
      unknown: [...told.keys()].filter((id) => last(id) === 'unknown').length,
      lost: [...standing].filter((id) => !told.has(id ?? '')).length,
      open,
    };
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await exchange.close();
  }
}
