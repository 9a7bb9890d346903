import { PolicyRegistry } from 'weex-resilience';
import { createRedisCoordinator } from 'weex-resilience/redis';
import { connect, type RedisServer } from '../../examples/fleet/redis-server.js';
import { pause } from '../../examples/fleet/fleet-run.js';
import { compare } from '../harness.js';

/**
 * The cost of a call with a shared limit, relative to the same limit in this process alone, when no call has to
 * wait.
 */
export async function measureCallCost(redis: RedisServer): Promise<number> {
  const client = connect(redis.port);
  const coordinator = createRedisCoordinator({ client, prefix: 'cost:' });
  // Permits are kept one by one until their window ends: few enough that none runs out, in short windows.
  const rateLimit = { limit: 1_000_000, windowMs: 100, scope: 'cost' } as const;
  const local = new PolicyRegistry().define('cost', { rateLimit });
  const shared = new PolicyRegistry({ coordinator }).define('cost', { rateLimit });
  await pause(3_500);
  const answer = async (): Promise<string> => 'done';
  const measurements = await compare({
    title: 'One call with a rate limit: of this process alone, and shared through Redis',
    baseline: 'local',
    packages: ['ioredis'],
    measure: 'cpu',
    cases: { local: () => local.execute(answer), shared: () => shared.execute(answer) },
  });
  await coordinator.close();
  client.disconnect();
  return measurements.find(({ name }) => name === 'shared')?.ratio ?? Number.NaN;
}
