#!lua name=chancery_views
-- What the members beside the commit do in one step. Names carry a version; one slot each.

local function clock()
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end

-- KEYS: lease. ARGV: token, milliseconds. Answers {fence, 0} when taken, {0, milliseconds to wait} else.
local function lease_take(keys, a)
  local now, kept = clock(), redis.call('HMGET', keys[1], 'token', 'until')
  local left = kept[1] and kept[1] ~= a[1] and tonumber(kept[2]) - now or 0
  if left > 0 then return {0, left} end -- guard: one-leader test=tests/inbox/store/test_views_lease.py::test_only_one_holds_a_lease_at_a_time
  redis.call('HSET', keys[1], 'token', a[1], 'until', string.format('%d', now + a[2]))
  return {redis.call('HINCRBY', keys[1], 'fence', 1), 0}
end

-- KEYS: lease. ARGV: token, milliseconds. 1 while nobody else has taken it, even if it had run out.
local function lease_renew(keys, a)
  if redis.call('HGET', keys[1], 'token') ~= a[1] then return 0 end
  redis.call('HSET', keys[1], 'until', string.format('%d', clock() + a[2]))
  return 1
end

-- KEYS: lease. ARGV: token. The fence stays, so that it grows for ever.
local function lease_drop(keys, a)
  if redis.call('HGET', keys[1], 'token') ~= a[1] then return 0 end -- guard: own-lease-only test=tests/inbox/store/test_views_lease.py::test_leaving_does_not_drop_the_lease_of_who_came_after
  return redis.call('HDEL', keys[1], 'token', 'until')
end

-- KEYS: marks. ARGV: fence, then stream and entry by turns. An older holder writes nothing.
local function marks_keep(keys, a)
  if tonumber(a[1]) < tonumber(redis.call('HGET', keys[1], 'fence') or '0') then return 0 end -- guard: fenced-cursor test=tests/inbox/test_follow.py::test_whoever_lost_the_lease_writes_no_cursor
  redis.call('HSET', keys[1], 'fence', unpack(a))
  return 1
end

-- KEYS: mark, notices. ARGV: seconds, kind, facts. 1 the first time in so long, 0 else.
local function notice_once(keys, a)
  if not redis.call('SET', keys[1], '1', 'NX', 'EX', a[1]) then return 0 end
  redis.call('XADD', keys[2], '*', 'kind', a[2], 'facts', a[3])
  return 1
end

-- KEYS: stream, the last entry that was trimmed of it. ARGV: the oldest entry to keep.
local function log_trim(keys, a)
  local last = redis.call('XREVRANGE', keys[1], '(' .. a[1], '-', 'COUNT', 1)
  if #last == 0 then return 0 end
  redis.call('SET', keys[2], last[1][1]) -- guard: gap-is-known test=tests/inbox/test_follow.py::test_whoever_missed_what_was_trimmed_is_told_of_everything_anew
  return redis.call('XTRIM', keys[1], 'MINID', a[1])
end

-- KEYS: snapshot, a sorted set or a hash. ARGV: version (0: no snapshot), member, "z" or "h",
-- place ("": none). An older picture never covers a newer: it must follow from the present snapshot.
local function picture(keys, a)
  local start = a[1] == '0' and '' or '[' .. a[1] .. ','
  local truth = redis.call('GETRANGE', keys[1], 0, #start - 1)
  if truth ~= start then return 0 end -- guard: picture-version test=tests/inbox/store/test_views_pictures.py::test_an_older_version_never_overwrites_a_newer
  if a[4] == '' then return redis.call(a[3] == 'z' and 'ZREM' or 'HDEL', keys[2], a[2]) + 1 end
  if a[3] == 'z' then redis.call('ZADD', keys[2], a[4], a[2])
  else redis.call('HSET', keys[2], a[2], a[4]) end
  return 1
end

-- KEYS: queue. ARGV: what one rank outweighs. Answers {rank, how many, since when the first waits} of each
-- lane where somebody waits: it leaps from lane to lane, so that a long queue costs no more than a short one.
local function queue_lanes(keys, a)
  local lanes, from = {}, '-inf'
  while true do
    local first = redis.call('ZRANGEBYSCORE', keys[1], from, '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
    if #first == 0 then return lanes end
    local rank = math.floor(first[2] / a[1])
    from = string.format('%.0f', (rank + 1) * a[1])
    local many = redis.call('ZCOUNT', keys[1], first[2], '(' .. from)
    lanes[#lanes + 1] = {rank, many, string.format('%.0f', first[2] - rank * a[1])}
  end
end

-- KEYS: draft. ARGV: when it was written, the draft ("": given up), seconds to keep it.
local function draft_save(keys, a)
  local kept = redis.call('GET', keys[1])
  if kept and tonumber(kept:match('^%d+')) > tonumber(a[1]) then return 0 end -- guard: newest-draft test=tests/inbox/store/test_views_small.py::test_an_older_autosave_never_overwrites_a_newer
  redis.call('SET', keys[1], a[1] .. ' ' .. a[2], 'EX', a[3])
  return 1
end

local function window(key, per)
  local kept = redis.call('HGET', key, per)
  if not kept then return nil end
  local used, ends, most = kept:match('^(%d+) (%d+) (%d+)$')
  return {used = tonumber(used), ends = tonumber(ends), most = tonumber(most)}
end

local function keep(key, per, w, now)
  redis.call('HSET', key, per, string.format('%d %d %d', w.used, w.ends, w.most))
  local lives = w.ends - now + 60000
  if redis.call('PTTL', key) < lives then redis.call('PEXPIRE', key, string.format('%d', lives)) end
end

-- KEYS: budget. ARGV: now, share, then most and seconds by turns. 0, or the time to wait until.
local function budget_take(keys, a)
  local now, share, late, windows = tonumber(a[1]), tonumber(a[2]), 0, {}
  for i = 3, #a, 2 do
    local most, per = tonumber(a[i]), a[i + 1]
    local w = window(keys[1], per)
    if not w or w.ends <= now then w = {used = 0, ends = now + per * 1000, most = most} end
    w.most = most
    if w.used + 1 > most * share + 1e-9 then late = math.max(late, w.ends) end
    windows[per] = w
  end
  if late > 0 then return late end -- guard: budget-kept test=tests/inbox/store/test_views_small.py::test_fifty_at_once_get_no_more_than_there_is
  for per, w in pairs(windows) do
    w.used = w.used + 1
    keep(keys[1], per, w, now)
  end
  return 0
end

-- KEYS: budget. ARGV: now, how many calls the platform says are left, until when.
-- Corrects the shortest window that can end then; within one window what is left only shrinks.
local function budget_correct(keys, a)
  local now, left, ends, best = tonumber(a[1]), tonumber(a[2]), tonumber(a[3]), nil
  for _, field in ipairs(redis.call('HKEYS', keys[1])) do
    local per = tonumber(field)
    if per * 1000 >= ends - now - 1000 and (not best or per < best) then best = per end
  end
  if not best or ends <= now then return 0 end
  local w = window(keys[1], tostring(best))
  local used = math.max(0, w.most - left)
  if math.abs(w.ends - ends) <= 1000 then used = math.max(used, w.used) end
  keep(keys[1], tostring(best), {used = used, ends = ends, most = w.most}, now)
  return 1
end

-- KEYS: what is set aside, how many by where it came from. ARGV: from where, raw bytes, why. Answers its id.
local function aside_put(keys, a)
  redis.call('HINCRBY', keys[2], a[1], 1)
  return redis.call('XADD', keys[1], '*', 'account', a[1], 'raw', a[2], 'why', a[3])
end

-- KEYS: what is set aside, how many by where it came from. ARGV: its id. Dropped again, it counts no less.
local function aside_drop(keys, a)
  local kept = redis.call('XRANGE', keys[1], a[1], a[1])
  if #kept == 0 then return 0 end
  for i = 1, #kept[1][2], 2 do
    if kept[1][2][i] == 'account' and redis.call('HINCRBY', keys[2], kept[1][2][i + 1], -1) <= 0 then
      redis.call('HDEL', keys[2], kept[1][2][i + 1])
    end
  end
  return redis.call('XDEL', keys[1], a[1])
end

-- KEYS: generations, entries counted, then counters and lines. ARGV: generation, conversation, entries counted
-- before and after, how many counters; of each its key's place, field and what is added; then of each line its
-- key's place, and since when it stands there ("": no more). 0: others were counted, 1: done, or not kept.
local function sums(keys, a)
  local kept = redis.call('HMGET', keys[1], 'live', 'next')
  if (kept[1] or '1') ~= a[1] and kept[2] ~= a[1] then return 1 end
  if (redis.call('HGET', keys[2], a[2]) or '0') ~= a[3] then return 0 end -- guard: counted-once test=tests/inbox/figures/test_figures.py::test_an_entry_is_counted_once_however_often_it_is_told
  redis.call('HSET', keys[2], a[2], a[4])
  local lines = 6 + 3 * a[5]
  for i = 6, lines - 1, 3 do
    local key = keys[tonumber(a[i])]
    if redis.call('HINCRBY', key, a[i + 1], a[i + 2]) == 0 then redis.call('HDEL', key, a[i + 1]) end
  end
  for i = lines, #a, 2 do
    local key = keys[tonumber(a[i])]
    if a[i + 1] == '' then redis.call('ZREM', key, a[2]) else redis.call('ZADD', key, a[i + 1], a[2]) end
  end
  return 1
end

-- KEYS: generations. ARGV: the one to be live. 0 where another is being built.
local function sums_switch(keys, a)
  if redis.call('HGET', keys[1], 'next') ~= a[1] then return 0 end
  redis.call('HSET', keys[1], 'live', a[1])
  return redis.call('HDEL', keys[1], 'next')
end

redis.register_function('sums_1', sums)
redis.register_function('sums_switch_1', sums_switch)
redis.register_function('lease_take_1', lease_take)
redis.register_function('lease_renew_1', lease_renew)
redis.register_function('lease_drop_1', lease_drop)
redis.register_function('marks_keep_1', marks_keep)
redis.register_function('notice_once_1', notice_once)
redis.register_function('log_trim_1', log_trim)
redis.register_function('picture_1', picture)
redis.register_function('queue_lanes_1', queue_lanes)
redis.register_function('draft_save_1', draft_save)
redis.register_function('budget_take_1', budget_take)
redis.register_function('budget_correct_1', budget_correct)
redis.register_function('aside_put_1', aside_put)
redis.register_function('aside_drop_1', aside_drop)
