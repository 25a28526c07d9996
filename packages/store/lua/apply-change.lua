-- Carries out commands when every condition holds: a MULTI with conditions.
--
-- KEYS i  the key of the i-th step; the conditions come first, then the commands
-- ARGV 1  how many of the steps are conditions
--      …  per condition: the answer its command must give (empty: no answer), the command, the number of its further
--         arguments, those
--      …  per command: the command, the number of its further arguments, those
-- Returns 0, or the position of the first condition that does not hold; nothing was changed then.
local conditions, at = tonumber(ARGV[1]), 2

local function call(step)
  local command, count = ARGV[at], tonumber(ARGV[at + 1])
  local first = at + 2
  at = first + count
  return redis.call(command, KEYS[step], unpack(ARGV, first, at - 1))
end

for step = 1, conditions do
  local wanted = ARGV[at]
  at = at + 1
  if tostring(call(step) or '') ~= wanted then return step end
end
for step = conditions + 1, #KEYS do call(step) end
return 0
