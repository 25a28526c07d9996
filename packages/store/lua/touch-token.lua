-- Replaces a token, unless it was changed or revoked since it was read.
--
-- KEYS 1  tokens
-- ARGV 1  field
--      2  token as it was read
--      3  token as it is to be
-- Returns 1, or 0 when nothing was replaced.
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
