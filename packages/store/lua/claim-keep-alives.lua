-- Hands out the bindings of a drachtio server whose keep-alive is due, and puts the next one off. Several edges may claim at
-- once: each binding is handed out once. What has no binding any more, or one of another server, is forgotten.
--
-- KEYS 1  keep-alives
-- ARGV 1  now, ms
--      2  how many at most
--      3  name of a phone's bindings key, %s in place of its id
--      4  name of a phone's missed keep-alives key, %s in place of its id
--      5  the server
--      6  ms after which all of it is forgotten unless it is claimed from
-- Returns, for each: phone id, binding key, binding as JSON, how many keep-alives it missed since it last answered one
-- (empty: it never did)
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
local claimed = {}

for _, member in ipairs(due) do
  local id, key = string.match(member, '^([^|]*)|(.*)$')
  local json = redis.call('HGET', string.format(ARGV[3], id), key)
  local binding = json and cjson.decode(json)
  if binding and binding.expiresAt > tonumber(ARGV[1]) and (binding.keepAlive or 0) > 0 and binding.server == ARGV[5] then
    redis.call('ZADD', KEYS[1], string.format('%d', ARGV[1] + binding.keepAlive * 1000), member)
    claimed[#claimed + 1] = { id, key, json, redis.call('HGET', string.format(ARGV[4], id), key) or '' }
  else
    redis.call('ZREM', KEYS[1], member)
  end
end
redis.call('PEXPIRE', KEYS[1], ARGV[6])
return claimed
