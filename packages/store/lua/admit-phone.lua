-- Lets an authenticated request of a phone in: one step decides on the fence, the nonce count, the lock and the bindings
-- (RFC 3261 section 10.3, RFC 7616 section 3.4), so that of two simultaneous requests one sees what the other did.
-- Whatever it answers but 'stale' and 'replayed', the nonce count is used up.
--
-- KEYS  1  phone        2  bindings   3  nonces   4  expiries   5  events   6  customer   7  keep-alives
-- ARGV  1  now, ms
--       2  SHA-1 of what find-phone.lua said of the phone, without its id, a line each
--       3  address that the phone is to be locked to, or empty
--       4  nonce id, beginning with the ms at which it was issued
--       5  nonce count
--       6  ms that the nonces are remembered for
--       7  how many nonces are remembered
--       8  events kept
--       9  phone id
--      10  'register' or 'call'
--      11  userAgent     12  localIpAddress   13  publicIpAddress   (of a registration; empty: unknown)
--      14  Call-ID       15  CSeq number      16  limit of bindings   17  '*' when all bindings are to be removed
--      18  how many of the following are fields and values of every event
--      …   fields and values of every event
--      …   per contact: binding key, contact URI, seconds (0 removes it), seconds until it needs a keep-alive (0: none),
--          binding as JSON without registeredAt
-- Returns { 'stale' }         the phone is no longer as it was read: read and decide again
--         { 'replayed' }      this nonce count was used before
--         { 'out_of_order' }  a binding is of the same Call-ID and of a CSeq that is not lower; nothing changed
--         { 'too_many' }      more contacts than the limit in one request; nothing changed
--         { 'done', 1 when the phone was locked else 0, the live bindings as JSON … }
local now = tonumber(ARGV[1])
local nonce, count = ARGV[4], tonumber(ARGV[5])
local call_id, cseq, limit = ARGV[14], tonumber(ARGV[15]), tonumber(ARGV[16])
local event_fields_end = 18 + tonumber(ARGV[18])

local function issued(id)
  return tonumber(string.match(id, '^%d+'))
end

local function nonce_is_new()
  local known = redis.call('HMGET', KEYS[3], nonce, 'floor')
  if known[1] then return count > tonumber(known[1]) end
  return issued(nonce) > tonumber(known[2] or '0')
end

-- A nonce that is forgotten to make room leaves its time as the floor: what was issued before is taken for replayed.
local function remember_nonce()
  if redis.call('HSET', KEYS[3], nonce, count) == 1 and redis.call('HLEN', KEYS[3]) > tonumber(ARGV[7]) then
    local oldest
    for _, id in ipairs(redis.call('HKEYS', KEYS[3])) do
      if id ~= 'floor' and (not oldest or issued(id) < issued(oldest)) then oldest = id end
    end
    redis.call('HDEL', KEYS[3], oldest)
    local floor = tonumber(redis.call('HGET', KEYS[3], 'floor') or '0')
    redis.call('HSET', KEYS[3], 'floor', string.format('%d', math.max(floor, issued(oldest))))
  end
  redis.call('PEXPIRE', KEYS[3], ARGV[6])
end

local function append_event(type, ...)
  local fields = { 'type', type, 'at', ARGV[1] }
  for i = 19, event_fields_end do fields[#fields + 1] = ARGV[i] end
  for _, value in ipairs({ ... }) do fields[#fields + 1] = value end
  redis.call('XADD', KEYS[5], 'MAXLEN', '~', ARGV[8], '*', unpack(fields))
end

local function read_contacts()
  local contacts = {}
  for i = event_fields_end + 1, #ARGV, 5 do
    contacts[#contacts + 1] = {
      key = ARGV[i], uri = ARGV[i + 1], seconds = tonumber(ARGV[i + 2]), keep_alive = tonumber(ARGV[i + 3]),
      json = ARGV[i + 4]
    }
  end
  return contacts
end

-- By binding key; a binding that ran out and was not swept yet is as good as absent.
local function read_live_bindings()
  local live = {}
  local stored = redis.call('HGETALL', KEYS[2])
  for i = 1, #stored, 2 do
    local binding = cjson.decode(stored[i + 1])
    if binding.expiresAt > now then live[stored[i]] = { json = stored[i + 1], binding = binding } end
  end
  return live
end

local function is_out_of_order(entry)
  return entry and entry.binding.callId == call_id and cseq <= entry.binding.cseq
end

local function remove(live, key)
  append_event('phone.deregistered', 'contact', live[key].binding.contact)
  redis.call('HDEL', KEYS[2], key)
  redis.call('ZREM', KEYS[4], ARGV[9] .. '|' .. key)
  redis.call('ZREM', KEYS[7], ARGV[9] .. '|' .. key)
  live[key] = nil
end

local function put(live, contact)
  local before = live[contact.key]
  local since = before and before.binding.registeredAt or now
  local json = string.sub(contact.json, 1, -2) .. string.format(',"registeredAt":%d}', since)
  redis.call('HSET', KEYS[2], contact.key, json)
  redis.call('ZADD', KEYS[4], string.format('%d', now + contact.seconds * 1000), ARGV[9] .. '|' .. contact.key)
  if contact.keep_alive > 0 then
    redis.call('ZADD', KEYS[7], string.format('%d', now + contact.keep_alive * 1000), ARGV[9] .. '|' .. contact.key)
  end
  live[contact.key] = { json = json, binding = { contact = contact.uri, updatedAt = now }, touched = true }
  append_event('phone.registered', 'contact', contact.uri, 'expires', tostring(contact.seconds))
end

-- A phone that changes its contact at every refresh leaves dead ones behind: the stalest makes room for the new.
local function make_room(live)
  local size, stalest = 0, nil
  for key, entry in pairs(live) do
    size = size + 1
    if not entry.touched and (not stalest or entry.binding.updatedAt < live[stalest].binding.updatedAt) then
      stalest = key
    end
  end
  if size > limit and stalest then
    remove(live, stalest)
    make_room(live)
  end
end

local function lock_phone()
  redis.call('HSET', KEYS[1], 'ip.mode', 'LOCKED', 'ip.address', ARGV[3])
  append_event('phone.locked')
end

-- A refresh mostly finds what it would write.
local function write_status(stored)
  for i, field in ipairs({ 'userAgent', 'localIpAddress', 'publicIpAddress' }) do
    local value = ARGV[10 + i]
    if value ~= (stored[7 + i] or '') then
      if value == '' then redis.call('HDEL', KEYS[1], field) else redis.call('HSET', KEYS[1], field, value) end
    end
  end
end

local stored = redis.call(
  'HMGET', KEYS[1], 'password', 'customer', 'extension', 'ip.mode', 'ip.address', 'ip.countries', 'model',
  'userAgent', 'localIpAddress', 'publicIpAddress'
)
local as_read = {}
for i = 1, 7 do as_read[i] = stored[i] or '' end
as_read[8] = redis.call('GET', KEYS[6]) or ''
if redis.sha1hex(table.concat(as_read, '\n')) ~= ARGV[2] then return { 'stale' } end

if not nonce_is_new() then return { 'replayed' } end
remember_nonce()

if ARGV[10] == 'call' then
  if ARGV[3] ~= '' then lock_phone() end
  return { 'done', ARGV[3] ~= '' and 1 or 0 }
end

local live, contacts = read_live_bindings(), read_contacts()
local added = 0
for _, contact in ipairs(contacts) do
  if is_out_of_order(live[contact.key]) then return { 'out_of_order' } end
  if contact.seconds > 0 then added = added + 1 end
end
if added > limit then return { 'too_many' } end
if ARGV[17] == '*' then
  for _, entry in pairs(live) do
    if is_out_of_order(entry) then return { 'out_of_order' } end
  end
end

if ARGV[3] ~= '' then lock_phone() end
write_status(stored)
if ARGV[17] == '*' then
  for key in pairs(live) do remove(live, key) end
end
for _, contact in ipairs(contacts) do
  if contact.seconds > 0 then put(live, contact) elseif live[contact.key] then remove(live, contact.key) end
end
make_room(live)

local answer = { 'done', ARGV[3] ~= '' and 1 or 0 }
for _, entry in pairs(live) do answer[#answer + 1] = entry.json end
return answer
