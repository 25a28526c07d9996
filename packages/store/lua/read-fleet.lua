-- Reads what the index of phones knows of phones.
--
-- KEYS    none: the phones are those of ARGV
-- ARGV 1  name of a phone's key, %s in place of its id
--      2  name of a phone's bindings key, likewise
--      …  ids of phones
-- Returns, for each: { record (false: there is no such phone), customer id, extension id, ip.mode, ip.address, publicIpAddress,
-- userAgent, bindings as JSON … }
local found = {}
for i = 3, #ARGV do
  local phone = redis.call(
    'HMGET', string.format(ARGV[1], ARGV[i]),
    'record', 'customer', 'extension', 'ip.mode', 'ip.address', 'publicIpAddress', 'userAgent'
  )
  for _, binding in ipairs(redis.call('HVALS', string.format(ARGV[2], ARGV[i]))) do phone[#phone + 1] = binding end
  found[#found + 1] = phone
end
return found
