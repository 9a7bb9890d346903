// Processes of one account that want five times the limit: bans, goodput, evenness and critical calls, with Redis in
// order and while it is stopped, killed and flushed. BENCH_SECONDS a run, default 10.
import { pause, runFleet } from '../examples/fleet/fleet-run.js';
import { RedisServer } from '../examples/fleet/redis-server.js';

const seconds = Number(process.env['BENCH_SECONDS'] ?? 10);
const processes = 8;

const disturbances: Record<string, ((redis: RedisServer) => Promise<void>) | undefined> = {
  'Redis in order': undefined,
  'stopped for 3 s': async (redis) => {
    redis.signal('SIGSTOP');
    await pause(3_000);
    redis.signal('SIGCONT');
  },
  'killed, back empty after 2 s': async (redis) => {
    await redis.kill();
    await pause(2_000);
    await redis.run();
  },
  flushed: (redis) => redis.flush(),
};

const redis = await RedisServer.start();
try {
  for (const [name, disturb] of Object.entries(disturbances)) {
    const result = await runFleet({
      redis,
      isCoordinated: true,
      processes,
      seconds,
      demand: 5,
      disturb: disturb && (() => disturb(redis)),
    });
    const { refused, goodput, evenness, criticalP99Ms, redisLost } = result;
    console.log(
      `${name}: ${processes} processes, ${seconds} s, five times the limit: ${refused} refused, goodput ${goodput.toFixed(2)}, ` +
        `least share of the largest ${evenness.toFixed(2)}, critical p99 ${criticalP99Ms.toFixed(0)} ms, Redis lost ${redisLost} times`,
    );
  }
} finally {
  await redis.kill();
}
