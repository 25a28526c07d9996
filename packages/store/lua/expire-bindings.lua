-- Removes bindings that ran out and tells the event stream. Several edges may sweep at once: each binding is found once.
--
-- KEYS 1  expiries   2  events
-- ARGV 1  now, ms
--      2  how many at most
--      3  events kept
--      4  name of a phone's key, %s in place of its id
--      5  name of a phone's bindings key, %s in place of its id
-- Returns how many entries were looked at; fewer than ARGV 2 means that nothing is left
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])

local function append_expired(id, binding)
  local fields = { 'type', 'phone.expired', 'at', ARGV[1], 'phone', id }
  local phone = redis.call('HMGET', string.format(ARGV[4], id), 'customer', 'extension')
  local values = { 'customer', phone[1], 'extension', phone[2], 'address', binding.address, 'port', binding.port,
    'protocol', binding.protocol, 'userAgent', binding.userAgent or false, 'contact', binding.contact }
  for i = 1, #values, 2 do
    if values[i + 1] then
      fields[#fields + 1] = values[i]
      fields[#fields + 1] = tostring(values[i + 1])
    end
  end
  redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[3], '*', unpack(fields))
end

for _, member in ipairs(due) do
  local id, key = string.match(member, '^([^|]*)|(.*)$')
  local bindings = string.format(ARGV[5], id)
  local json = redis.call('HGET', bindings, key)
  redis.call('ZREM', KEYS[1], member)
  if json then
    redis.call('HDEL', bindings, key)
    append_expired(id, cjson.decode(json))
  end
end
return #due
