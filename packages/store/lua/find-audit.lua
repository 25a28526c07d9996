-- Finds entries of the audit trail, the newest first, looking at no more than a number of them.
--
-- KEYS 1  audit trail
-- ARGV 1  id of the entry before which to begin, + for the newest
--      2  how many at most   3  how many are looked at
--      4  kind or id of the thing that was changed, empty for all   5  id of the token that changed it, empty for all
--      6  'all', or 'of' these customers:
--      …  ids of customers
-- Returns { id of the last entry that was looked at (empty: there are no more), entries as XREVRANGE gives them … }
local wanted, object, by = tonumber(ARGV[2]), ARGV[4], ARGV[5]
local customers = {}
for i = 7, #ARGV do customers[ARGV[i]] = true end

local function fits(fields)
  local entry = {}
  for i = 1, #fields, 2 do entry[fields[i]] = fields[i + 1] end
  if object ~= '' and entry.object ~= object and entry.id ~= object then return false end
  if by ~= '' and entry.by ~= by then return false end
  return ARGV[6] == 'all' or customers[entry.customer or ''] or customers[entry.formerCustomer or '']
end

local before = ARGV[1] == '+' and '+' or '(' .. ARGV[1]
local entries = redis.call('XREVRANGE', KEYS[1], before, '-', 'COUNT', ARGV[3])
local found = { '' }
for at, entry in ipairs(entries) do
  if fits(entry[2]) then found[#found + 1] = entry end
  if #found > wanted or at == tonumber(ARGV[3]) then
    found[1] = entry[1]
    break
  end
end
return found
