/**
 * Records an intent, unless another process has taken it over in the meantime.
 *
 * KEYS[1] is a hash with one record for each intent: the owner, the fencing token of its lease and the intent.
 * Answers 1 if it was written, 0 if the intent belongs to another process.
 */
export const sentScript = `
local stored = redis.call('HGET', KEYS[1], ARGV[1])
local token = 0
if stored then
  local record = cjson.decode(stored)
  if record.owner ~= ARGV[2] then return 0 end
  token = record.token
end
redis.call('HSET', KEYS[1], ARGV[1], cjson.encode({ owner = ARGV[2], token = token, intent = ARGV[3] }))
redis.call('SET', ARGV[4] .. ARGV[2], 1, 'PX', ARGV[5])
return 1
`;

/** Forgets an intent, if it still belongs to this process. */
export const settledScript = `
local stored = redis.call('HGET', KEYS[1], ARGV[1])
if not stored or cjson.decode(stored).owner ~= ARGV[2] then return 0 end
redis.call('HDEL', KEYS[1], ARGV[1])
return 1
`;

/**
 * Takes over every intent whose owner's lease has ended, with the next fencing token, and answers all that this
 * process owns then.
 */
export const claimScript = `
local stored, mine = redis.call('HGETALL', KEYS[1]), {}
redis.call('SET', ARGV[2] .. ARGV[1], 1, 'PX', ARGV[3])
for i = 1, #stored, 2 do
  local record = cjson.decode(stored[i + 1])
  if record.owner ~= ARGV[1] and redis.call('EXISTS', ARGV[2] .. record.owner) == 0 then
    record.owner = ARGV[1]
    record.token = record.token + 1
    redis.call('HSET', KEYS[1], stored[i], cjson.encode(record))
  end
  if record.owner == ARGV[1] then mine[#mine + 1] = { stored[i], record.intent } end
end
return mine
`;
