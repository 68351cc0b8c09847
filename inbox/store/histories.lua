#!lua name=chancery_histories
-- A history lies in two places: older lines in blocks, each of many lines, then the later ones one by one.

-- KEYS: history, blocks. ARGV: from which block on. Returns {blocks, lines}, as they are at one moment.
local function history_1(keys, a)
  return {redis.call('LRANGE', keys[2], a[1], -1), redis.call('LRANGE', keys[1], 0, -1)}
end

-- Whether the blocks from `first` on and the first `many` lines are still what somebody read.
local function same(keys, digest, first, many)
  local read = redis.call('LRANGE', keys[2], first, -1)
  local lines = many > 0 and redis.call('LRANGE', keys[1], 0, many - 1) or {}
  for _, line in ipairs(lines) do read[#read + 1] = line end
  return redis.sha1hex(table.concat(read, '\n')) == digest
end

-- Lays blocks and lines where others of the same history lay; what was committed meanwhile stays behind them.
-- KEYS: history, blocks, snapshot. ARGV: digest of what was read, from which block on, how many lines,
-- the snapshot as it was read and as it shall be kept ("" leaves it), how many blocks, these, the lines.
-- Returns 1, or 0 when somebody was quicker and nothing was done.
local function history_lay_1(keys, a)
  local first, many, blocks = tonumber(a[2]), tonumber(a[3]), tonumber(a[6])
  if not same(keys, a[1], first, many) then return 0 end -- guard: lay-what-was-read test=tests/inbox/store/test_histories.py::test_what_was_erased_meanwhile_does_not_come_back
  redis.call('LTRIM', keys[1], many, -1)
  for i = #a, 7 + blocks, -1 do redis.call('LPUSH', keys[1], a[i]) end
  if first == 0 then redis.call('DEL', keys[2]) else redis.call('LTRIM', keys[2], 0, first - 1) end
  for i = 7, 6 + blocks do redis.call('RPUSH', keys[2], a[i]) end
  if redis.call('GET', keys[3]) ~= a[4] then a[5] = '' end -- guard: snapshot-unchanged test=tests/inbox/store/test_histories.py::test_a_commit_while_a_history_is_shelved_is_kept
  if a[5] ~= '' then redis.call('SET', keys[3], a[5]) end
  return 1
end

redis.register_function('history_1', history_1)
redis.register_function('history_lay_1', history_lay_1)
