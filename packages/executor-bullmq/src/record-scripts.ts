/**
 * How records are kept in a Redis, under a prefix:
 *
 * - `job:<key>`: a hash with the `record`, the `lease` and who asks for it (`asking`), all JSON; with its `revision`, which rises with every
 *   change; and with what of the record others than its reader want to know: `status`, `attempt`, `label`
 * - `asked:<key>`: a hash of its submissions, by their ids
 * - `keys:<STATUS>`: the keys of records of that status, in their order
 * - `ended`: the keys of those that have ended, by when they last changed
 * - `revision`: the last revision that was given
 * - `offers`: what workers can run, by until when they said so; see `offers.ts`
 * - `watch:<key>`: no key, but the channel on which a record is told that has changed
 */
const STATUSES = ['PENDING', 'IN_PROGRESS', 'COMPLETED', 'FAILED', 'CANCELLED']

const STATUS_LIST = STATUSES.map((status) => `'${status}'`).join(', ')

const FORGET = `
local function forget(prefix, key)
  redis.call('DEL', prefix .. ':job:' .. key, prefix .. ':asked:' .. key)
  redis.call('ZREM', prefix .. ':ended', key)
  for _, status in ipairs({ ${STATUS_LIST} }) do redis.call('ZREM', prefix .. ':keys:' .. status, key) end
end
`

const IS_ENDED = `
local function isEnded(status)
  return status == 'COMPLETED' or status == 'FAILED' or status == 'CANCELLED'
end
`

/** Each is done as a whole, with nothing in between. What is changed is said by what the pure functions of core have made of an entry. */
export const RECORD_SCRIPTS = {
  /** prefix, key: the entry, and the time. */
  readEntry: `
    local entry = redis.call('HMGET', ARGV[1] .. ':job:' .. ARGV[2], 'revision', 'record', 'lease', 'asking')
    local time = redis.call('TIME')
    return { entry[1], entry[2], entry[3], entry[4], time[1], time[2] }
  `,

  /**
   * prefix, key, the revision that is changed, what is kept of the entry (JSON of facts, record, lease, asking; each empty where it stays), how
   * many submissions go, their ids, then the ids and texts of those that come: the new revision and the time, or nothing where another change
   * came first.
   */
  keepEntry: `
    ${IS_ENDED}
    local prefix, key, expected = ARGV[1], ARGV[2], ARGV[3]
    local facts, record, lease, asking = ARGV[4], ARGV[5], ARGV[6], ARGV[7]
    local job, asked = prefix .. ':job:' .. key, prefix .. ':asked:' .. key
    local known = redis.call('HMGET', job, 'revision', 'status')
    if (known[1] or '') ~= expected then return false end
    local revision = redis.call('INCR', prefix .. ':revision')
    redis.call('HSET', job, 'revision', revision)
    if lease == 'null' then redis.call('HDEL', job, 'lease') elseif lease ~= '' then redis.call('HSET', job, 'lease', lease) end
    if asking ~= '' then redis.call('HSET', job, 'asking', asking) end
    local last = 8 + tonumber(ARGV[8])
    for i = 9, last do redis.call('HDEL', asked, ARGV[i]) end
    for i = last + 1, #ARGV, 2 do redis.call('HSET', asked, ARGV[i], ARGV[i + 1]) end
    if record ~= '' then
      local fact = cjson.decode(facts)
      redis.call('HSET', job, 'record', record, 'status', fact.status, 'attempt', fact.attempt, 'label', fact.label)
      if known[2] ~= fact.status then
        if known[2] then redis.call('ZREM', prefix .. ':keys:' .. known[2], key) end
        redis.call('ZADD', prefix .. ':keys:' .. fact.status, 0, key)
      end
      if isEnded(fact.status) then
        redis.call('ZADD', prefix .. ':ended', fact.updated, key)
      else
        redis.call('ZREM', prefix .. ':ended', key)
      end
      redis.call('PUBLISH', prefix .. ':watch:' .. key, revision .. ' ' .. record)
    end
    local time = redis.call('TIME')
    return { revision, time[1], time[2] }
  `,

  /** prefix, key, owner, attempt, for how many milliseconds: the revisions before and after, or nothing where somebody else has the lease. */
  renewLease: `
    local job = ARGV[1] .. ':job:' .. ARGV[2]
    local known = redis.call('HMGET', job, 'lease', 'attempt', 'revision')
    if not known[1] or known[2] ~= ARGV[4] or cjson.decode(known[1]).owner ~= ARGV[3] then return false end
    local time = redis.call('TIME')
    local now = time[1] * 1000 + math.floor(time[2] / 1000)
    local length = tonumber(ARGV[5])
    local lease = { owner = ARGV[3], expires = now + length, length = length }
    local revision = redis.call('INCR', ARGV[1] .. ':revision')
    redis.call('HSET', job, 'revision', revision, 'lease', cjson.encode(lease))
    return { known[3], revision }
  `,

  /** prefix, key: the record, its revision, and 1; or where it waits and no worker has what it needs, the labels of what workers have. */
  readRecord: `
    local known = redis.call('HMGET', ARGV[1] .. ':job:' .. ARGV[2], 'record', 'revision', 'status', 'label')
    if known[3] ~= 'PENDING' or not known[4] then return { known[1], known[2], 1 } end
    local offers = ARGV[1] .. ':offers'
    if not redis.call('ZSCORE', offers, '') then return { known[1], known[2], 1 } end
    local offered = tonumber(redis.call('ZSCORE', offers, known[4]) or 0)
    local time = redis.call('TIME')
    local now = time[1] * 1000 + math.floor(time[2] / 1000)
    if offered > now then return { known[1], known[2], 1 } end
    return { known[1], known[2], redis.call('ZRANGEBYSCORE', offers, '(' .. now, '(+inf') }
  `,

  /** prefix, key: who asks, and their submissions by id. */
  readSubmissions: `
    local asking = redis.call('HGET', ARGV[1] .. ':job:' .. ARGV[2], 'asking')
    return { asking, redis.call('HGETALL', ARGV[1] .. ':asked:' .. ARGV[2]) }
  `,

  /** prefix, status or nothing, the key after which it begins, how many: their records. */
  listRecords: `
    local prefix, wanted, after, limit = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
    local keys = {}
    for _, status in ipairs({ ${STATUS_LIST} }) do
      if wanted == '' or wanted == status then
        local from = after == '' and '-' or '(' .. after
        local some = redis.call('ZRANGEBYLEX', prefix .. ':keys:' .. status, from, '+', 'LIMIT', 0, limit)
        for _, key in ipairs(some) do keys[#keys + 1] = key end
      end
    end
    table.sort(keys)
    local records = {}
    for i = 1, math.min(limit, #keys) do records[i] = redis.call('HGET', prefix .. ':job:' .. keys[i], 'record') end
    return records
  `,

  /** prefix, key, attempt: whether it is forgotten. */
  forgetRecord: `
    ${IS_ENDED}
    ${FORGET}
    local known = redis.call('HMGET', ARGV[1] .. ':job:' .. ARGV[2], 'status', 'attempt')
    if not isEnded(known[1]) or known[2] ~= ARGV[3] then return 0 end
    forget(ARGV[1], ARGV[2])
    return 1
  `,

  /** prefix, milliseconds since the epoch, how many at most: how many are forgotten. */
  expireRecords: `
    ${FORGET}
    local keys = redis.call('ZRANGEBYSCORE', ARGV[1] .. ':ended', '-inf', '(' .. ARGV[2], 'LIMIT', 0, ARGV[3])
    for _, key in ipairs(keys) do forget(ARGV[1], key) end
    return #keys
  `,
} as const

export type RecordScript = keyof typeof RECORD_SCRIPTS
