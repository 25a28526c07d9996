-- Stores a new phone: checks that its username, its side panels' serials and a place at its MAC address are free, and
-- then writes everything. Nothing is written when anything is taken.
--
-- KEYS 1    phone
--      2    username
--      3    phones of the customer
--      4    event stream
--      5    MAC address, or the phone's own key when it has none
--      6    phones of the extension, or the phone's own key when it has none
--      7 …  serials of side panels
-- ARGV 1    phone id
--      2    how many phones may share the MAC address, 0 when the phone has none
--      3    1 when a place at the MAC address is a handset's position
--      4    model id
--      5    customer id
--      6    1 when the phone has an extension
--      7    how many entries the event stream keeps
--      8    number of arguments that are fields and values of the phone
--      9 …  those, and after them the fields and values of the event
-- Returns the handset's position, or 0; -1 when the username is taken, -2 when the MAC address is, -3 when a serial is.
local id, places, model, customer = ARGV[1], tonumber(ARGV[2]), ARGV[4], ARGV[5]
local handsets, linked = ARGV[3] == '1', ARGV[6] == '1'

if redis.call('EXISTS', KEYS[2]) == 1 then return -1 end

local place = 0
if places > 0 then
  local sharing = redis.call('HMGET', KEYS[5], 'model', 'customer')
  if sharing[1] and (sharing[1] ~= model or sharing[2] ~= customer) then return -2 end
  while place < places and redis.call('HEXISTS', KEYS[5], place) == 1 do place = place + 1 end
  if place == places then return -2 end
end

for i = 7, #KEYS do
  if redis.call('EXISTS', KEYS[i]) == 1 then return -3 end
end

local fields = tonumber(ARGV[8])
redis.call('HSET', KEYS[1], unpack(ARGV, 9, 8 + fields))
if handsets and places > 0 then redis.call('HSET', KEYS[1], 'handsetIndex', place) end
redis.call('SET', KEYS[2], id)
redis.call('SADD', KEYS[3], id)
if places > 0 then redis.call('HSET', KEYS[5], place, id, 'model', model, 'customer', customer) end
if linked then redis.call('SADD', KEYS[6], id) end
for i = 7, #KEYS do redis.call('SET', KEYS[i], id) end
redis.call('XADD', KEYS[4], 'MAXLEN', '~', ARGV[7], '*', unpack(ARGV, 9 + fields))
return place
