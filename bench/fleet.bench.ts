// Processes of one account on one Redis; prints every figure of docs/many-processes.md:
//   limit      eight want five times the limit for 60 s: refused requests, goodput, evenness, and critical calls
//              compared with the same calls without any other load
//   idle       what one of four leaves unused, from a second after it becomes idle
//   redis      the same load with Redis stopped, killed and restarted empty, flushed, and delayed by 200 ms
//   cool-down  how long after one process receives 429 the others stop
//   cost       a shared limit compared with a limit of one process alone, in processor time per call
//   kills      four that place orders are killed at random; the others settle what those left open
// BENCH_ONLY selects parts (`BENCH_ONLY=limit,kills npm run bench -- fleet`), BENCH_SECONDS (60) is the length of
// `limit`, BENCH_KILLS (40) the number of kills, and BENCH_PROCESSES (8) the number of processes that share the limit.
// With more processes than processors the calls themselves become slow: see the printed load.
import { loadavg } from 'node:os';
import { type FleetResult, pause, runFleet } from '../examples/fleet/fleet-run.js';
import { RedisServer } from '../examples/fleet/redis-server.js';
import { measureCallCost } from './fleet/call-cost.js';
import { measureStops } from './fleet/cool-down.js';
import { runKills } from './fleet/kills.js';
import { openSlowPort } from './fleet/slow-port.js';

const seconds = Number(process.env['BENCH_SECONDS'] ?? 60);
const kills = Number(process.env['BENCH_KILLS'] ?? 40);
const parts = process.env['BENCH_ONLY']?.split(',');
const wants = (part: string): boolean => !parts || parts.includes(part);
const processes = Number(process.env['BENCH_PROCESSES'] ?? 8);

const redis = await RedisServer.start();
const slow = await openSlowPort(redis.port);
const load = { redis, isCoordinated: true, placesOrders: false, processes, seconds, demand: 5 } as const;
const tell = (text: string): void => console.log(`${text}; load ${loadavg()[0]?.toFixed(1)}`);
const describe = ({ refused, goodput, evenness, criticalP99Ms, failed, redisLost }: FleetResult): string =>
  `${refused} refused, goodput ${goodput.toFixed(3)}, least share of the largest ${evenness.toFixed(2)}, ` +
  `critical p99 ${criticalP99Ms.toFixed(0)} ms, ${failed} failed, Redis lost ${redisLost} times`;

const disturbances: Readonly<Record<string, () => Promise<void>>> = {
  'stopped for 5 s': async () => {
    redis.signal('SIGSTOP');
    await pause(5_000);
    redis.signal('SIGCONT');
  },
  'killed, back empty after 3 s': async () => {
    await redis.kill();
    await pause(3_000);
    await redis.run();
  },
  flushed: () => redis.flush(),
  'delayed by 200 ms for 6 s': async () => {
    slow.delayMs = 200;
    await pause(6_000);
    slow.delayMs = 0;
  },
};

try {
  if (wants('limit')) {
    const unloaded = await runFleet({ ...load, seconds: Math.min(20, seconds), demand: 0 });
    tell(`critical calls alone: p99 ${unloaded.criticalP99Ms.toFixed(0)} ms`);
    const result = await runFleet(load);
    const ratio = result.criticalP99Ms / unloaded.criticalP99Ms;
    tell(
      `limit, ${processes} processes, ${seconds} s: ${describe(result)}, ${ratio.toFixed(1)} times that alone`,
    );
  }
  if (wants('idle')) {
    const { goodputSince, refused } = await runFleet({
      ...load,
      processes: 4,
      seconds: 9,
      disturb: async ([first]) => void first?.send('rest'),
    });
    tell(
      `idle, one of 4: a second later the others get ${goodputSince.toFixed(3)} of the limit, ${refused} refused`,
    );
  }
  if (wants('redis')) {
    for (const [name, disturb] of Object.entries(disturbances)) {
      // From one second after the disturbance starts, including the time after it.
      const result = await runFleet({ ...load, seconds: 12, redisPort: slow.port, disturb });
      tell(`redis, ${name}: ${describe(result)}, goodput meanwhile ${result.goodputSince.toFixed(3)}`);
    }
  }
  if (wants('cool-down')) {
    const { median, most, p99, stops } = await measureStops(redis, { processes, rounds: 50 });
    tell(
      `cool-down, ${stops} stops of ${processes} processes: median ${median.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, most ${most.toFixed(1)} ms`,
    );
  }
  if (wants('cost')) tell(`cost of a call: ${(await measureCallCost(redis)).toFixed(2)}`);
  if (wants('kills')) {
    const result = await runKills({ redis, processes: 4, kills, seed: 16 });
    const { orders, secondOrders, recovered, settledTwice, wrong, unknown, lost, open } = result;
    tell(
      `kills, ${kills} of 4 processes: ${orders} orders, ${secondOrders} second orders; of the killed ones ${recovered} intents ` +
        `settled by others, ${settledTwice} of them twice, ${wrong} wrong, ${unknown} unknown, ${lost} lost, ${open} left open`,
    );
  }
} finally {
  await slow.close();
  await redis.kill();
}
