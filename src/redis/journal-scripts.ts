// KEYS[1] is a hash with one record per intent: the owner, the fencing token of its lease and the intent. Next to
// it are the leases of owners, and marks of intents that were taken over and settled: all in the slot of KEYS[1].

/**
 * Records an intent. Returns 1 if it was written, 0 if the intent belongs to another process, or was settled by one
 * that had taken it over from this one, which is about to resend it.
 */
export const sentScript = `
local id, owner, record, leases, leaseMs, again, taken = unpack(ARGV)
local stored = redis.call('HGET', KEYS[1], id)
local token = 0
if stored then
  local known = cjson.decode(stored)
  if known.owner ~= owner then return 0 end
  token = known.token
elseif again == '1' and redis.call('EXISTS', taken .. id) == 1 then return 0
end
redis.call('SET', leases .. owner, 1, 'PX', leaseMs)
redis.call('HSET', KEYS[1], id, cjson.encode({ owner = owner, token = token, intent = record }))
redis.call('DEL', taken .. id)
return 1
`;

/** Removes an intent if this process may still settle it; for one that was taken over, a mark is kept for a day. */
export const settledScript = `
local stored = redis.call('HGET', KEYS[1], ARGV[1])
local known = stored and cjson.decode(stored)
if not known or known.owner ~= ARGV[2] then return 0 end
redis.call('HDEL', KEYS[1], ARGV[1])
if known.token > 0 then redis.call('SET', ARGV[3] .. ARGV[1], 1, 'PX', 86400000) end
return 1
`;

/** Returns all intents, each with whether this process may take it over or already owns it. */
export const peekScript = `
local stored, all = redis.call('HGETALL', KEYS[1]), {}
for i = 1, #stored, 2 do
  local known = cjson.decode(stored[i + 1])
  local isFree = known.owner == ARGV[1] or redis.call('EXISTS', ARGV[2] .. known.owner) == 0
  all[#all + 1] = { stored[i], known.intent, isFree and 1 or 0 }
end
return all
`;

/**
 * Takes over those of the named intents whose owner's lease has ended, with the next fencing token, and returns
 * which of them this process then owns.
 */
export const claimScript = `
local me, leases, leaseMs = ARGV[1], ARGV[2], ARGV[3]
local mine = {}
redis.call('SET', leases .. me, 1, 'PX', leaseMs)
for i = 4, #ARGV do
  local stored = redis.call('HGET', KEYS[1], ARGV[i])
  local known = stored and cjson.decode(stored)
  if known and known.owner ~= me and redis.call('EXISTS', leases .. known.owner) == 0 then
    known.owner = me
    known.token = known.token + 1
    redis.call('HSET', KEYS[1], ARGV[i], cjson.encode(known))
  end
  if known and known.owner == me then mine[#mine + 1] = ARGV[i] end
end
return mine
`;

/** Whether this process owns an intent. */
export const ownerScript = `
local stored = redis.call('HGET', KEYS[1], ARGV[1])
return stored and cjson.decode(stored).owner == ARGV[2] and 1 or 0
`;

/**
 * Renews a lease, or ends it. By a script, like everything that reads it, so that the client's own key prefix
 * applies to none of them.
 */
export const leaseScript = `
if ARGV[2] == '0' then return redis.call('DEL', ARGV[1]) end
redis.call('SET', ARGV[1], 1, 'PX', ARGV[2])
return 1
`;
