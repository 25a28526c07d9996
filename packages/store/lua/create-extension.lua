-- Stores a new extension unless the customer has one of that number.
--
-- KEYS 1  extensions of the customer, by number
--      2  extension
-- ARGV 1  number
--      2  extension id
--      3  extension as JSON
-- Returns 1, or 0 when the number is taken.
if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 0 then return 0 end
redis.call('SET', KEYS[2], ARGV[3])
return 1
