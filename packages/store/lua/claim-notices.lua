-- Hands out the notices of a drachtio server that may be sent now: never more than a number a minute in all, and a number a
-- minute to one source address, so that phones that start again do so one after the other. Several edges may claim at once.
--
-- KEYS 1  notices   2  their ends   3  servers   4  times of the latest notices in all
-- ARGV 1  now, ms                   2  the server
--      3  how many at most          4  how many are looked at
--      5  how many a minute in all  6  how many a minute to one address
--      7  name of a phone's bindings key, %s in place of its id
--      8  name of the key with the times of the latest notices to an address, likewise
--      9  ms after which a server that did not claim is taken for gone
--     10  ms after which a server's notices are forgotten unless it claims
-- Returns, for each: { phone id, action, Event header, 'send', bindings as JSON … }, or { …, 'late' } when its end has come, or
-- { …, 'offline' } when the phone has no binding that this server reaches
local now, server = tonumber(ARGV[1]), ARGV[2]
local MINUTE = 60000
local claimed = {}

-- When one more may be sent, given the times of those that were.
local function allowed_at(key, most)
  local oldest = redis.call('LINDEX', key, most - 1)
  return oldest and tonumber(oldest) + MINUTE or 0
end

local function count(key, most)
  redis.call('LPUSH', key, ARGV[1])
  redis.call('LTRIM', key, 0, most - 1)
  redis.call('PEXPIRE', key, MINUTE)
end

local function is_gone(other)
  return tonumber(redis.call('ZSCORE', KEYS[3], other) or '0') < now - tonumber(ARGV[9])
end

-- The bindings that the server reaches: its own, and those over UDP of servers that are gone.
local function reachable(id)
  local found, address = {}, nil
  for _, json in ipairs(redis.call('HVALS', string.format(ARGV[7], id))) do
    local binding = cjson.decode(json)
    local is_ours = binding.server == server or (binding.protocol == 'udp' and is_gone(binding.server or ''))
    if binding.expiresAt > now and is_ours then
      found[#found + 1] = json
      address = binding.address
    end
  end
  return found, address
end

local function take(member, verdict, bindings)
  redis.call('ZREM', KEYS[1], member)
  redis.call('HDEL', KEYS[2], member)
  local id, action, event = string.match(member, '^([^|]*)|([^|]*)|(.*)$')
  claimed[#claimed + 1] = { id, action, event, verdict, unpack(bindings) }
end

redis.call('ZADD', KEYS[3], ARGV[1], server)
redis.call('PEXPIRE', KEYS[3], ARGV[10])
local in_all, to_one = tonumber(ARGV[5]), tonumber(ARGV[6])
for _, member in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[4])) do
  if #claimed >= tonumber(ARGV[3]) then break end
  local bindings, address = reachable(string.match(member, '^[^|]*'))
  if tonumber(redis.call('HGET', KEYS[2], member) or '0') <= now then
    take(member, 'late', {})
  elseif #bindings == 0 then
    take(member, 'offline', {})
  else
    if allowed_at(KEYS[4], in_all) > now then break end
    local sent = string.format(ARGV[8], address)
    local wait = allowed_at(sent, to_one)
    if wait > now then
      redis.call('ZADD', KEYS[1], string.format('%d', wait), member)
    else
      count(KEYS[4], in_all)
      count(sent, to_one)
      take(member, 'send', bindings)
    end
  end
end
if redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('PEXPIRE', KEYS[1], ARGV[10])
  redis.call('PEXPIRE', KEYS[2], ARGV[10])
end
return claimed
