-- Adds to the score of an offender, which sinks with time, and bans it when the score is full.
--
-- KEYS 1  score   2  bans   3  ends of bans   4  events
-- ARGV 1  now, ms
--      2  points to add
--      3  points that make a ban
--      4  points that are forgiven each second
--      5  offender
--      6  how long a ban lasts, ms
--      7  how many bans are kept; the one that ends first makes room
--      8  the ban as JSON, for when it comes to it
--      9  events kept
--      …  fields and values of the event that tells of it
-- Returns 1 when the offender is banned now, else 0
local now = tonumber(ARGV[1])
local before = redis.call('HMGET', KEYS[1], 'points', 'at')
local forgiven = math.max(0, now - tonumber(before[2] or ARGV[1])) / 1000 * tonumber(ARGV[4])
local points = math.max(0, tonumber(before[1] or '0') - forgiven) + tonumber(ARGV[2])

if points < tonumber(ARGV[3]) then
  redis.call('HSET', KEYS[1], 'points', tostring(points), 'at', ARGV[1])
  redis.call('PEXPIRE', KEYS[1], math.ceil(points / tonumber(ARGV[4])) * 1000)
  return 0
end

redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[2], ARGV[5], ARGV[8])
redis.call('ZADD', KEYS[3], string.format('%d', now + ARGV[6]), ARGV[5])
local surplus = redis.call('ZCARD', KEYS[3]) - tonumber(ARGV[7])
if surplus > 0 then
  for _, other in ipairs(redis.call('ZRANGE', KEYS[3], 0, surplus - 1)) do
    redis.call('ZREM', KEYS[3], other)
    redis.call('HDEL', KEYS[2], other)
  end
end
redis.call('XADD', KEYS[4], 'MAXLEN', '~', ARGV[9], '*', unpack(ARGV, 10))
return 1
