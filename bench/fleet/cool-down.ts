import { type ChildProcess, fork } from 'node:child_process';
import type { RedisServer } from '../../examples/fleet/redis-server.js';
import { pause } from '../../examples/fleet/fleet-run.js';
import { quantile } from '../storms/quantile.js';
import type { StopReport } from './stopped-process.js';

/** How long after one process was told to pause the others stop, in milliseconds. */
export async function measureStops(
  redis: RedisServer,
  { processes, rounds }: { readonly processes: number; readonly rounds: number },
): Promise<{ readonly median: number; readonly p99: number; readonly most: number; readonly stops: number }> {
  const all = Array.from({ length: processes }, () =>
    fork(new URL('stopped-process.js', import.meta.url), {
      env: { ...process.env, REDIS_PORT: String(redis.port) },
    }),
  );
  const stopsMs: number[] = [];
  try {
    await Promise.all(all.map(nextMessage));
    for (let round = 0; round < rounds; round += 1) {
      await pause(300);
      const reports = all.map(nextMessage);
      all[round % all.length]?.send('be refused');
      const times = (await Promise.all(reports)).map(({ at }) => at);
      const first = Math.min(...times);
      stopsMs.push(...times.filter((at) => at !== first).map((at) => at - first));
    }
  } finally {
    for (const one of all) one.kill('SIGKILL');
  }
  return {
    median: quantile(stopsMs, 0.5),
    p99: quantile(stopsMs, 0.99),
    most: Math.max(...stopsMs),
    stops: stopsMs.length,
  };
}

function nextMessage(child: ChildProcess): Promise<StopReport> {
  return new Promise((resolve) => child.once('message', (message) => resolve(message as StopReport)));
}
