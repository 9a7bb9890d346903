import { randomUUID } from 'node:crypto';
import type { IdClaim } from '../policies/options/coordinator.js';
import type { RedisLink } from './redis-link.js';

// No call is under way for longer; a process that died with one leaves the id unknown.
const underWayMs = 180_000;
// For as long the exchange's own list of orders is a better witness than this.
const rememberedMs = 86_400_000;
/** No order waits longer to learn whether its id is in doubt in another process. */
const patienceMs = 25;

/** Answers 0 if the id was free, 1 if its outcome is unknown, 2 if a call with it is under way. */
const claimScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local stored = redis.call('GET', KEYS[1])
local owner, untilMs = '', 0
if stored then
  local parts = cjson.decode(stored)
  owner, untilMs = parts[1], parts[2]
end
if stored and untilMs > now then return 2 end
redis.call('SET', KEYS[1], cjson.encode({ ARGV[1], now + tonumber(ARGV[2]) }), 'PX', ARGV[3])
return stored and 1 or 0
`;

/** Frees the id, or leaves it unknown, if this call still has it. */
const releaseScript = `
local stored = redis.call('GET', KEYS[1])
if not stored or cjson.decode(stored)[1] ~= ARGV[1] then return 0 end
if ARGV[2] == '1' then redis.call('SET', KEYS[1], cjson.encode({ '', 0 }), 'PX', ARGV[3])
else redis.call('DEL', KEYS[1]) end
return 1
`;

/** Takes a client order id among all processes. */
export async function claimId(
  link: RedisLink,
  prefix: string,
  id: string,
): Promise<IdClaim | 'under-way' | undefined> {
  // This process still knows its own.
  if (link.isLost) return undefined;
  const key = `${prefix}id:{${id}}`;
  const call = randomUUID();
  const asked = link.run(claimScript, key, [call, underWayMs, rememberedMs]);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>(
    (resolve) => (timer = setTimeout(() => resolve(undefined), patienceMs)),
  );
  const state = await Promise.race([asked, late]);
  clearTimeout(timer);
  if (state === 2) return 'under-way';
  return {
    isUnknown: state === 1,
    // Even if the answer was late: Redis receives both in the order in which they were sent.
    release(isUnknown) {
      void link.run(releaseScript, key, [call, isUnknown ? 1 : 0, rememberedMs]);
    },
  };
}
