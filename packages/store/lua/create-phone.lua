-- Stores a new phone: checks that its id, its username, its side panels' serials and a place at its MAC address are free
-- and that what it refers to exists, and then writes everything. Nothing is written when anything stands in the way.
--
-- KEYS 1    phone
--      2    username
--      3    event stream
--      4    audit trail
--      5    MAC address, or the phone's own key when it has none
--      6 …  per reference: what the phone refers to, and the set of those that refer to it
--        …  serials of side panels
-- ARGV 1    phone id
--      2    how many phones may share the MAC address, 0 when the phone has none
--      3    1 when a place at the MAC address is a handset's position
--      4    model id
--      5    customer id
--      6    how many entries the event stream keeps, and the audit trail
--      7    number of references
--      8    number of arguments that are fields and values of the phone
--      9    number of arguments that are fields and values of the event
--     10 …  the former, the latter, and after them the fields and values of the entry of the audit trail
-- Returns the handset's position, or 0; -1 when the username is taken, -2 when the MAC address is, -3 when a serial is,
-- -4 when something that the phone refers to does not exist, -5 when the id is taken.
local id, places, model, customer = ARGV[1], tonumber(ARGV[2]), ARGV[4], ARGV[5]
local handsets, serials = ARGV[3] == '1', 6 + 2 * tonumber(ARGV[7])

if redis.call('EXISTS', KEYS[1]) == 1 then return -5 end
if redis.call('EXISTS', KEYS[2]) == 1 then return -1 end

local place = 0
if places > 0 then
  local sharing = redis.call('HMGET', KEYS[5], 'model', 'customer')
  if sharing[1] and (sharing[1] ~= model or sharing[2] ~= customer) then return -2 end
  while place < places and redis.call('HEXISTS', KEYS[5], place) == 1 do place = place + 1 end
  if place == places then return -2 end
end

for i = 6, serials - 1, 2 do
  if redis.call('EXISTS', KEYS[i]) == 0 then return -4 end
end
for i = serials, #KEYS do
  if redis.call('EXISTS', KEYS[i]) == 1 then return -3 end
end

local fields_end = 9 + tonumber(ARGV[8])
local event_end = fields_end + tonumber(ARGV[9])
redis.call('HSET', KEYS[1], unpack(ARGV, 10, fields_end))
if handsets and places > 0 then redis.call('HSET', KEYS[1], 'handsetIndex', place) end
redis.call('SET', KEYS[2], id)
if places > 0 then redis.call('HSET', KEYS[5], place, id, 'model', model, 'customer', customer) end
for i = 7, serials - 1, 2 do redis.call('SADD', KEYS[i], id) end
for i = serials, #KEYS do redis.call('SET', KEYS[i], id) end
redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[6], '*', unpack(ARGV, fields_end + 1, event_end))
redis.call('XADD', KEYS[4], 'MAXLEN', '~', ARGV[6], '*', unpack(ARGV, event_end + 1))
return place
