/**
 * Gives one process its share of a limit, in one step of Redis and by its clock.
 *
 * KEYS[1] is a hash with one claim for each process. A claim is the most that the process may have used in any
 * window; the sum of claims never grows beyond the limit. A claim shrinks only as far as the process reports that it
 * has shrunk already (`held`), and what it has used stays claimed until it has left the window.
 *
 * The limit is divided by demand, the smallest first, so that no process gets more than it needs while another one
 * lacks permits.
 */
export const limitScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local key, me = KEYS[1], ARGV[1]
local limit, windowMs, held, used = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local demand, nextCost, urgent = tonumber(ARGV[6]), tonumber(ARGV[7]), ARGV[8] == '1'
local seen, joined, slack = tonumber(ARGV[9]), ARGV[10] == '1', tonumber(ARGV[11])
local leaseMs, silenceMs, graceMs = tonumber(ARGV[12]) + windowMs, tonumber(ARGV[13]), tonumber(ARGV[14])

local fields = redis.call('HGETALL', key)
local meta, members = {}, {}
for i = 1, #fields, 2 do
  if string.sub(fields[i], 1, 1) == '#' then meta[fields[i]] = tonumber(fields[i + 1])
  else members[fields[i]] = cjson.decode(fields[i + 1]) end
end

local last, quiet = meta['#last'], meta['#quiet'] or 0
-- Redis knows nothing of a process that took part before: it has lost its memory, and others will come back too.
if joined and not members[me] then quiet = math.max(quiet, now + graceMs)
elseif not last then quiet = now + 100 end
-- Nobody could renew a claim while Redis was away.
local wasAway = last and now - last > silenceMs

local sum, usedByAll, demands, ids = 0, used, { demand }, { me }
for id, claim in pairs(members) do
  if id ~= me then
    if wasAway and claim[4] < now + graceMs then
      claim[4] = now + graceMs
      redis.call('HSET', key, id, cjson.encode(claim))
    end
    if claim[4] <= now then redis.call('HDEL', key, id)
    else
      sum = sum + claim[1]
      usedByAll = usedByAll + claim[2]
      demands[#demands + 1] = claim[3]
      ids[#ids + 1] = id
    end
  end
end

-- What the exchange counted and none of the processes used belongs to somebody else.
local foreign = (meta['#foreignUntil'] or 0) > now and meta['#foreign'] or 0
if seen >= 0 then
  local unknown = math.floor(seen - usedByAll - slack)
  if unknown > 0 and unknown >= foreign then
    foreign = unknown
    redis.call('HSET', key, '#foreign', foreign, '#foreignUntil', now + windowMs)
  end
end

local total = math.max(1, limit - foreign)
-- For critical calls, and for a process that joins.
local reserve = 0
if total >= 20 then reserve = math.max(1, math.floor(total * 0.03)) end
local pool, count = total - reserve, #demands

table.sort(demands)
local left, level = pool, nil
for i = 1, count do
  local even = left / (count - i + 1)
  if demands[i] >= even then level = even break end
  left = left - demands[i]
end
local target = level and math.min(demand, level) or demand + left / count
local share = math.floor(target)
if level and demand >= level then
  -- What does not divide goes to the first ones, a permit each.
  local hungry = 0
  for i = 1, count do if demands[i] >= level then hungry = hungry + 1 end end
  table.sort(ids)
  local place = 1
  for i, id in ipairs(ids) do
    if id == me then break end
    if not members[id] or members[id][3] >= level then place = place + 1 end
  end
  if place <= math.floor((level - math.floor(level)) * hungry + 0.001) then share = share + 1 end
end

local free = (urgent and total or pool) - sum
-- A call that costs more than a share needs one big enough; who cannot have it now stands back for others.
if nextCost > share then share = free >= used + nextCost and used + nextCost or used end
if urgent then share = math.max(share, used + nextCost) end
share = math.max(0, math.min(share, free))
if now < quiet then share = math.min(share, held) end

local claim = math.max(share, held, used)
redis.call('HSET', key, me, cjson.encode({ claim, used, demand, now + leaseMs }), '#last', now, '#quiet', quiet)
redis.call('PEXPIRE', key, leaseMs + graceMs)
return { share, count, foreign }
`;

/** Gives a share back: only what was used stays claimed, until it is out of the window. */
export const leaveScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local used = tonumber(ARGV[2])
if used > 0 then redis.call('HSET', KEYS[1], ARGV[1], cjson.encode({ used, used, 0, now + tonumber(ARGV[3]) }))
else redis.call('HDEL', KEYS[1], ARGV[1]) end
return 1
`;
