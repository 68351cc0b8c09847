#!lua name=chancery_1
-- One commit of one conversation (or reachout, or contact): all keys lie in one slot.
-- KEYS: snapshot, history, log, taken in, due, schema [, raw of the day] [, queue to stand in], queues to leave…
-- ARGV: schema, expected "[version,head," or "", entry number, beginning of the line, snapshot, line, kind, id,
--       due ("" clears, "-" leaves), queue score or "", raw payload or "", its message, its seconds to live,
--       how many ids this takes in, these ids
-- Returns {"ok"} | {"moved", truth} | {"already", truth} | {"newer", schema}.
local function version_of(snapshot)
  return tonumber(string.match(snapshot, '^%[(%d+),'))
end

-- Whether this very entry stands in the history at its place, counted from the end: older lines may have moved.
local function happened(past, truth, number, beginning)
  if truth == '' then return false end
  local later = version_of(truth) - number
  if later < 0 then return false end
  local line = redis.call('LINDEX', past, -1 - later)
  return line and string.sub(line, 1, #beginning) == beginning
end

local function commit_1(keys, a)
  local newest = tonumber(redis.call('GET', keys[6]) or '0')
  if newest > tonumber(a[1]) then return {'newer', tostring(newest)} end -- guard: newer-schema test=tests/inbox/store/test_commit.py::test_a_process_does_not_commit_to_a_newer_schema
  local truth = redis.call('GET', keys[1]) or ''
  local fits = string.sub(truth, 1, #a[2]) == a[2]
  if a[2] == '' then fits = truth == '' end -- guard: absent-guess test=tests/inbox/store/test_commit.py::test_a_guess_of_absence_loses_to_a_conversation_that_exists
  if not fits then
    if happened(keys[2], truth, tonumber(a[3]), a[4]) then return {'already', truth} end -- guard: repeat-is-found test=tests/inbox/store/test_commit.py::test_a_repeated_commit_answers_already_and_writes_nothing
    return {'moved', truth} -- guard: compare-and-set test=tests/inbox/store/test_commit.py::test_a_commit_on_an_old_version_is_told_the_truth
  end
  local many = tonumber(a[14])
  if many > 0 then
    if redis.call('SISMEMBER', keys[4], a[15]) == 1 then return {'already', truth} end -- guard: taken-in-once test=tests/inbox/store/test_commit.py::test_a_message_is_taken_in_once_however_old
    redis.call('SADD', keys[4], unpack(a, 15, 14 + many))
  end
  redis.call('SET', keys[1], a[5])
  redis.call('RPUSH', keys[2], a[6])
  redis.call('XADD', keys[3], '*', 'k', a[7], 'i', a[8], 'n', a[3])
  if a[9] == '' then
    redis.call('ZREM', keys[5], a[7] .. '/' .. a[8])
  elseif a[9] ~= '-' then
    redis.call('ZADD', keys[5], a[9], a[7] .. '/' .. a[8])
  end
  local next = 7
  if a[11] ~= '' then
    redis.call('HSET', keys[next], a[12], a[11])
    redis.call('EXPIRE', keys[next], a[13], 'NX')
    next = next + 1
  end
  if a[10] ~= '' then
    redis.call('ZADD', keys[next], a[10], a[8])
    next = next + 1
  end
  for i = next, #keys do redis.call('ZREM', keys[i], a[8]) end
  return {'ok'}
end

-- Where a message belongs, and what is marked of it: set if absent, final.
-- KEYS: a part of the registry. ARGV: message, conversation or "", mark or "". Returns {conversation, mark}.
local function registry_1(keys, a)
  local entry = redis.call('HGET', keys[1], a[1]) or ' '
  local conversation, mark = string.match(entry, '^(%S*) (%S*)$')
  local before = entry
  if conversation == '' then conversation = a[2] end
  if mark == '' or a[3] == 'deleted' then mark = a[3] end -- a tombstone outweighs an edit
  entry = conversation .. ' ' .. mark
  if entry ~= before then redis.call('HSET', keys[1], a[1], entry) end
  return {conversation, mark}
end

-- A message routed and taken in at once, where no mark of it stands in the way: else its conversation and mark.
-- KEYS: a part of the registry, then as commit_1. ARGV: message, conversation, then as commit_1.
local function take_1(keys, a)
  local place = registry_1(keys, {a[1], a[2], ''})
  local plain = place[1] == a[2] and place[2] == ''
  if not plain then return {'routed', place[1] .. ' ' .. place[2]} end -- guard: routed-elsewhere test=tests/inbox/store/test_commit.py::test_a_message_that_belongs_elsewhere_is_not_committed_here
  return commit_1({unpack(keys, 2)}, {unpack(a, 3)})
end

redis.register_function('commit_1', commit_1)
redis.register_function('take_1', take_1)
redis.register_function('registry_1', registry_1)
