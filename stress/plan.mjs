import { seededRandom } from '@datalab/testing'

/** Where a process can be stopped or killed by itself, how often a host comes there in a round, and a child. */
const PLACES = [
  { name: 'write', host: 20, child: 30 },
  { name: 'sync', host: 15, child: 12 },
  { name: 'link', host: 15, child: 12 },
  { name: 'rename', host: 3, child: 0 },
  { name: 'rm', host: 20, child: 15 },
  { name: 'rmdir', host: 4, child: 0 },
  { name: 'renameSync', host: 2, child: 0 },
  { name: 'mkdirSync', host: 0, child: 3 },
  { name: 'begin', host: 150, child: 25 },
  { name: 'commit', host: 150, child: 25 },
  { name: 'cache renameSync', host: 0, child: 6 },
  { name: 'cache rmSync', host: 0, child: 8 },
]

/**
 * What is to happen in a round, drawn from its seed. Times are in milliseconds.
 *
 * @param {number} seed
 * @param {boolean} isShort less of it
 */
export function planOf(seed, isShort = false) {
  const random = seededRandom(seed)
  const pick = (list) => list[random.integer(list.length)]
  const how = () => (random.uniform() < 0.5 ? 'SIGKILL' : 'SIGSTOP')
  const others = Array.from({ length: isShort ? 1 : pick([1, 1, 2]) }, () => pick(['processes', 'inline']))
  const executors = ['processes', ...others]
  const hosts = executors.map((executor, number) => ({ number, executor, ending: pick(['SIGTERM', 'SIGKILL']) }))
  const instant = (_, id) => {
    const role = pick(['host', 'host', 'child'])
    const place = pick(PLACES.filter((one) => one[role] > 0))
    const nth = 1 + random.integer(place[role])
    return { id, role, name: place.name, moment: pick(['before', 'after']), nth, how: how() }
  }
  const injection = () => {
    return {
      after: random.between(60, 500),
      role: pick(['host', 'child', 'child']),
      which: random.uniform(),
      how: how(),
    }
  }
  return {
    seed,
    leaseMs: 300 + random.integer(201),
    hosts,
    instants: Array.from({ length: 4 + random.integer(5) }, instant),
    injections: Array.from({ length: (isShort ? 4 : 8) + random.integer(isShort ? 3 : 6) }, injection),
    random,
  }
}
