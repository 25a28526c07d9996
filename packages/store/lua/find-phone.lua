-- Reads what a SIP request needs to know of the phone that a username belongs to.
-- An unknown username costs the same reads and the same answer as a known one, so that time doesn't tell them apart.
--
-- KEYS 1  username
-- ARGV 1  name of a phone's key, %s in place of its id
--      2  name of a customer's key, %s in place of its id
-- Returns
--   { phone id (empty: unknown username), password (sealed), customer id, extension id, ip.mode, ip.address, ip.countries, model id,
--     customer as JSON }
--   with false for what isn't there; all but the first are what admit-phone.lua compares
local id = redis.call('GET', KEYS[1])
local phone = redis.call(
  'HMGET', string.format(ARGV[1], id or 'none'),
  'password', 'customer', 'extension', 'ip.mode', 'ip.address', 'ip.countries', 'model'
)
local customer = redis.call('GET', string.format(ARGV[2], phone[2] or 'none'))
if not id or not phone[1] then
  local some_id = string.rep('0', 24)
  phone = { string.rep('0', 80), some_id, some_id, 'LOCKED', '192.0.2.1', '', some_id }
  customer = '{"_id":"' .. some_id .. '","name":"Nobody","active":true}'
  id = ''
end
phone[8] = customer
return { id, unpack(phone) }
