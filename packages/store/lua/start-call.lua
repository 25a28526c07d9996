-- Begins a call, if its customer and the calling phone may have one more: counted over all edges, in one step.
--
-- KEYS 1  calls of the customer   2  edges   3  calls of the edge   4  events
--      5  call rate of the phone  …  the sets that the call is found by, that of the calling phone first
-- ARGV 1  now, ms
--      2  call id                 3  the call as JSON
--      4  edge id                 5  customer id
--      6  ms that the edge has from now until it must have renewed its lease
--      7  most calls of the customer   8  most calls of the phone   9  most calls a minute of the phone   (0: no limit)
--     10  events kept
--      …  fields and values of the event
-- Returns {}, or { 'customer' | 'phone' | 'rate', ms after which another attempt makes sense } and nothing was changed
local now = tonumber(ARGV[1])
local most_of_customer, most_of_phone, rate = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
local MINUTE, A_WHILE = 60000, 5000

if most_of_customer > 0 and redis.call('HLEN', KEYS[1]) >= most_of_customer then return { 'customer', A_WHILE } end
if most_of_phone > 0 and redis.call('SCARD', KEYS[6]) >= most_of_phone then return { 'phone', A_WHILE } end

-- Each call takes its share of a minute; the key holds the time until which shares are taken.
if rate > 0 then
  local taken = math.max(now, tonumber(redis.call('GET', KEYS[5]) or '0')) + MINUTE / rate
  if taken > now + MINUTE then return { 'rate', math.ceil(taken - now - MINUTE) } end
  redis.call('SET', KEYS[5], string.format('%d', taken), 'PX', MINUTE)
end

redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
redis.call('ZADD', KEYS[2], string.format('%d', now + ARGV[6]), ARGV[4])
redis.call('SADD', KEYS[3], ARGV[5] .. '|' .. ARGV[2])
for i = 6, #KEYS do redis.call('SADD', KEYS[i], ARGV[2]) end
redis.call('XADD', KEYS[4], 'MAXLEN', '~', ARGV[10], '*', unpack(ARGV, 11))
return {}
