#!lua name=chancery_directory
-- What the directory keeps beside its contacts' histories: the roll to search, and whose a person is. One slot.

local function version_of(snapshot)
  return tonumber(string.match(snapshot, '^%[(%d+),') or '0')
end

-- KEYS: roll, how often it moved, who with which move. ARGV: contact, its snapshot, "anew" where whatever stands
-- there is not believed. Otherwise an older one never covers a newer.
local function roll_put(keys, a)
  local there = redis.call('HGET', keys[1], a[1]) or ''
  if a[3] ~= 'anew' and version_of(there) >= version_of(a[2]) then return 0 end -- guard: roll-version test=tests/inbox/directory/test_contacts.py::test_an_older_contact_never_covers_a_newer_one_in_the_roll
  redis.call('HSET', keys[1], a[1], a[2])
  redis.call('ZADD', keys[3], redis.call('INCR', keys[2]), a[1])
  return 1
end

-- KEYS: as above. ARGV: who is no contact. Whoever had read some of the roll reads all of it anew.
local function roll_drop(keys, a)
  redis.call('HDEL', keys[1], unpack(a))
  redis.call('ZREM', keys[3], unpack(a))
  redis.call('ZADD', keys[3], redis.call('INCR', keys[2]), '*')
  return 1
end

-- KEYS: whose. ARGV: person, contact, now. Answers "contact since": theirs, or whoever has them already;
-- `since` is 0 once the contact's own history says so.
local function whose_take(keys, a)
  local there = redis.call('HGET', keys[1], a[1])
  if there then return there end -- guard: one-contact-a-person test=tests/inbox/directory/test_contacts.py::test_two_officers_who_attach_one_person_to_two_contacts_end_with_one
  redis.call('HSET', keys[1], a[1], a[2] .. ' ' .. a[3])
  return a[2] .. ' ' .. a[3]
end

-- KEYS: whose. ARGV: person, contact. 1 where they are this contact's, from now on for good.
local function whose_settle(keys, a)
  local there = redis.call('HGET', keys[1], a[1])
  if there and string.match(there, '^%S+') ~= a[2] then return 0 end -- guard: late-attach test=tests/inbox/directory/test_contacts.py::test_who_took_a_person_and_slept_gives_them_back
  redis.call('HSET', keys[1], a[1], a[2] .. ' 0')
  return 1
end

-- KEYS: whose. ARGV: person, what somebody read there. 1 where it was still so.
local function whose_drop(keys, a)
  if redis.call('HGET', keys[1], a[1]) ~= a[2] then return 0 end
  return redis.call('HDEL', keys[1], a[1])
end

redis.register_function('roll_put_1', roll_put)
redis.register_function('roll_drop_1', roll_drop)
redis.register_function('whose_take_1', whose_take)
redis.register_function('whose_settle_1', whose_settle)
redis.register_function('whose_drop_1', whose_drop)
