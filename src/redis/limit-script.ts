/** What a process reports about a limit at each beat. */
export interface LimitReport {
  readonly id: string;
  /** The limit as this process knows it, for all processes together. */
  readonly limit: number;
  readonly windowMs: number;
  /** The share in use, and the share plus what was drawn for critical calls. */
  readonly share: number;
  readonly held: number;
  readonly used: number;
  /** What it would use if it could. */
  readonly demand: number;
  /** The cost of the call that has waited longest, and that of all waiting critical calls; 0 if there are none. */
  readonly nextCost: number;
  readonly urgentCost: number;
  /** How many calls wait. */
  readonly waiting: number;
  /** The highest total usage that the exchange reported since the last beat; -1 if it reported none. */
  readonly seen: number;
  /** When Redis last answered, by its own clock, and how many processes it knew then; 0 if it never did. */
  readonly answeredAt: number;
  readonly known: number;
  /** What it may use while Redis does not know the others. */
  readonly startShare: number;
  readonly leaseMs: number;
}

/**
 * Assigns one process its share of a limit, in one step of Redis and by its clock. Returns the share, the share
 * plus what critical calls may draw from the reserve, the number of processes, and the time.
 *
 * KEYS[1] is a hash with one claim per process. A claim is the most that the process may have used in any window;
 * the sum of claims never grows beyond the limit. A claim shrinks only as far as the process reports that it has
 * already shrunk (`held`), and what it has used stays claimed until it is out of the window.
 *
 * The limit is divided by demand, the smallest first, so that no process gets more than it wants while another one
 * needs more. Indivisible rests go round. A call that costs more than a share and has waited for a window gets a
 * turn: the others get what it does not need.
 *
 * After Redis has lost its data (flushed, restarted, replaced by a replica that lags behind), no share grows until
 * all processes known to the first one that comes back have reported their shares, at most for the grace time.
 */
export const limitScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local key, my = KEYS[1], cjson.decode(ARGV[1])
local silenceMs, graceMs, firstMs, turnMs = 2500, 3000, 350, my.windowMs

local meta, members = {}, {}
local fields = redis.call('HGETALL', key)
for i = 1, #fields, 2 do
  if string.sub(fields[i], 1, 1) == '#' then meta[fields[i]] = tonumber(fields[i + 1])
  else members[fields[i]] = cjson.decode(fields[i + 1]) end
end
local last, born = meta['#last'], meta['#born'] or now
local quiet, since, expected = meta['#quiet'] or 0, meta['#since'] or 0, meta['#expected'] or 0

local function hasJustStarted()
  local info = redis.pcall('INFO', 'server')
  local seconds = type(info) == 'string' and tonumber(string.match(info, 'uptime_in_seconds:(%d+)'))
  return not seconds or seconds * 1000 < graceMs
end

local mine = members[my.id]
if my.answeredAt > 0 and (not last or my.answeredAt > last) then
  -- Redis has lost its data, or some of it.
  quiet, since, expected = now + graceMs, now, 0
elseif not last then
  -- After data loss, all connected processes report within a beat; after a start they have to connect first.
  quiet, since, expected = now + (hasJustStarted() and graceMs or firstMs), now, 0
elseif my.answeredAt > 0 and not mine and my.answeredAt < born then
  quiet = math.max(quiet, since + graceMs)
end
local backSince = my.answeredAt > 0 and my.answeredAt < since and since or mine and mine.back or 0
if backSince == since and since > 0 then expected = math.max(expected, my.known) end

-- No process could renew a claim while Redis was away.
local wasAway = last and now - last > silenceMs
local sum, usedByAll, slack, back = 0, my.used, 0, backSince == since and 1 or 0
local ids, others = { my.id }, {}
for id, claim in pairs(members) do
  if id ~= my.id then
    if wasAway and claim.ends < now + graceMs then
      claim.ends = now + graceMs
      redis.call('HSET', key, id, cjson.encode(claim))
    end
    if claim.ends <= now then redis.call('HDEL', key, id)
    else
      sum = sum + claim.most
      usedByAll = usedByAll + claim.used
      slack = slack + math.max(0, claim.most - claim.used)
      if claim.back == since then back = back + 1 end
      others[#others + 1] = claim
      ids[#ids + 1] = id
    end
  end
end
if expected > 0 and back >= expected then quiet = 0 end
local isQuiet = quiet > now

-- What the exchange counted and none of the processes used was used by other clients. Processes may have used more since
-- their last report, but no more than they claim.
local foreign = (meta['#foreignUntil'] or 0) > now and meta['#foreign'] or 0
if my.seen >= 0 and not isQuiet then
  local sinceTold = math.ceil(my.limit * 200 / my.windowMs)
  local unknown = math.floor(my.seen - usedByAll - math.min(slack, sinceTold))
  if unknown > 0 and unknown >= foreign then
    foreign = unknown
    redis.call('HSET', key, '#foreign', foreign, '#foreignUntil', now + my.windowMs)
  end
end
local total = math.max(1, my.limit - foreign)
-- For critical calls, and for a process that joins.
local reserve = total >= 20 and math.max(1, math.floor(total * 0.03)) or 0
local pool, count = total - reserve, #ids

-- Divides an amount by demand; returns the level that no share exceeds, or nil if there is enough for all.
local function levelOf(left, demands)
  table.sort(demands)
  for i = 1, #demands do
    local even = left / (#demands - i + 1)
    if demands[i] >= even then return even end
    left = left - demands[i]
  end
  return nil, left
end
local demands = { my.demand }
for i = 1, #others do demands[i + 1] = others[i].demand end
local level, spare = levelOf(pool, demands)

-- A costly call waits for its turn from when its share was first too small.
local need, needsSince, granted = 0, 0, 0
if level and my.nextCost > level then
  need, needsSince = my.nextCost, now
  -- A grant lasts for one window: then the call goes to the end of the queue.
  local stands = mine and mine.need > 0 and (mine.granted == 0 or now - mine.granted < turnMs + 250)
  if stands then needsSince, granted = mine.needsSince, mine.granted end
end
local turn, turnSince, turnNeed = nil, now - turnMs, 0
if need > 0 and needsSince <= turnSince then turn, turnSince, turnNeed = my.id, needsSince, my.used + need end
for i = 1, #others do
  local other, id = others[i], ids[i + 1]
  local isOlder = other.need > 0 and (other.needsSince < turnSince or (other.needsSince == turnSince and (not turn or id < turn)))
  if isOlder then turn, turnSince, turnNeed = id, other.needsSince, other.used + other.need end
end
if turn and turn ~= my.id then
  local rest = { my.demand }
  for i = 1, #others do if ids[i + 1] ~= turn then rest[#rest + 1] = others[i].demand end end
  level, spare = levelOf(math.max(0, pool - turnNeed), rest)
end

local share = level and math.floor(math.min(my.demand, level)) or math.floor(my.demand + spare / count)
if level and my.demand >= level and not turn then
  -- Indivisible rests go round, one permit each.
  local hungry = { my.id }
  for i = 1, #others do if others[i].demand >= level then hungry[#hungry + 1] = ids[i + 1] end end
  table.sort(hungry)
  local more = math.floor((level - math.floor(level)) * #hungry + 0.001)
  local first = math.floor(now / (5 * my.windowMs)) % #hungry
  for i = 0, more - 1 do if hungry[(first + i) % #hungry + 1] == my.id then share = share + 1 end end
end

local room = total - sum
-- A share already held need not be given up for the reserve.
local ordinary = math.max(pool - sum, math.min(my.share, room))
if turn == my.id then share, ordinary = turnNeed, room
elseif need > 0 and my.waiting == 1 then
  -- A call that cannot have it now yields to others.
  share = ordinary >= my.used + need and not turn and my.used + need or math.min(my.used, share)
end
share = math.min(share, ordinary)
if isQuiet then share = math.min(share, math.max(my.share, math.min(my.startShare, room))) end
share = math.max(0, share)
local criticalShare = share
if my.urgentCost > 0 then
  criticalShare = math.max(share, math.min(my.used + my.urgentCost, room, isQuiet and my.held or room))
end
if turn == my.id and share >= need and granted == 0 then granted = now end

local claim = {
  most = math.max(criticalShare, my.held, my.used), used = my.used, demand = my.demand, need = need, needsSince = needsSince,
  granted = granted, back = backSince, ends = now + my.leaseMs + my.windowMs,
}
redis.call('HSET', key, my.id, cjson.encode(claim), '#last', math.max(last or 0, now), '#born', born,
  '#quiet', quiet, '#since', since, '#expected', expected)
redis.call('PEXPIRE', key, my.leaseMs + my.windowMs + graceMs)
return { share, criticalShare, count, now }
`;

/** Returns a share: only what was used stays claimed, until it is out of the window. */
export const leaveScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local my = cjson.decode(ARGV[1])
if my.used > 0 then
  -- After data loss the key is new and must expire by itself.
  if redis.call('EXISTS', KEYS[1]) == 0 then redis.call('HSET', KEYS[1], my.id, '') redis.call('PEXPIRE', KEYS[1], my.windowMs) end
  redis.call('HSET', KEYS[1], my.id, cjson.encode({
    most = my.used, used = my.used, demand = 0, need = 0, needsSince = 0, granted = 0, back = 0, ends = now + my.windowMs,
  }))
else redis.call('HDEL', KEYS[1], my.id) end
return 1
`;
