-- Reads which extension a customer's number belongs to, and where the phones that are linked to it can be reached.
--
-- KEYS 1  extension numbers of the customer
-- ARGV 1  number   2  most phones
--      3  name of an extension's key, %s in place of its id      4  of the key of the phones linked to it
--      5  name of a phone's key, %s in place of its id           6  of the key of its bindings
-- Returns {} when there is no such extension, else
--   { extension as JSON, { phone id, callWaiting, pbxCluster (empty: not set), the bindings as JSON … } … }
local id = redis.call('HGET', KEYS[1], ARGV[1])
local extension = id and redis.call('GET', string.format(ARGV[3], id))
if not extension then return {} end
local answer = { extension }
for i, phone in ipairs(redis.call('SMEMBERS', string.format(ARGV[4], id))) do
  if i > tonumber(ARGV[2]) then break end
  local settings = redis.call('HMGET', string.format(ARGV[5], phone), 'callWaiting', 'pbxCluster')
  local bindings = redis.call('HVALS', string.format(ARGV[6], phone))
  answer[#answer + 1] = { phone, settings[1] or '', settings[2] or '', unpack(bindings) }
end
return answer
