// Four trading processes with one account, with and without a coordinator. In the middle Redis is killed and
// restarted empty, and one process is killed.
import Table from 'cli-table3';
import { type FleetResult, pause, runFleet } from './fleet-run.js';
import { RedisServer } from './redis-server.js';

const seconds = 15;
const redis = await RedisServer.start();
const results: [string, FleetResult][] = [];
try {
  for (const isCoordinated of [false, true]) {
    const name = isCoordinated ? 'with the coordinator' : 'without a coordinator';
    process.stdout.write(`Four processes for ${seconds} s, ${name} …\n`);
    const result = await runFleet({
      redis,
      isCoordinated,
      processes: 4,
      seconds,
      demand: 2,
      disturb: async (traders) => {
        process.stdout.write('  Redis and one process are killed\n');
        traders[0]?.kill('SIGKILL');
        await redis.kill();
        await pause(2_000);
        await redis.run();
        process.stdout.write('  Redis is back, and empty\n');
      },
    });
    results.push([name, result]);
  }
} finally {
  await redis.kill();
}

const table = new Table({
  head: ['', ...results.map(([name]) => name)],
  style: { head: [], border: [], compact: true },
});
const rows: [string, (result: FleetResult) => string][] = [
  ['requests refused by the exchange', ({ refused }) => String(refused)],
  ['got through, of what the limit allows', ({ goodput }) => `${Math.round(goodput * 100)} %`],
  ['99 % of critical calls within', ({ criticalP99Ms }) => `${Math.round(criticalP99Ms)} ms`],
  ['times a process lost Redis', ({ redisLost }) => String(redisLost)],
  ['orders', ({ orders }) => String(orders)],
  ['second orders', ({ secondOrders }) => String(secondOrders)],
  ['intents of killed processes settled by others', ({ recovered }) => String(recovered)],
];
for (const [name, tell] of rows) table.push([name, ...results.map(([, result]) => tell(result))]);
process.stdout.write(`${table.toString()}\n`);
