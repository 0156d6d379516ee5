import { seededRandom } from '@datalab/testing'

/** Where a process can be stopped or killed by itself, and how often a host comes there in a round, and a child. */
const PLACES = [
  { name: 'manifest', host: 6, child: 0 },
  { name: 'replacement', host: 3, child: 0 },
  { name: 'reservation', host: 8, child: 0 },
  { name: 'object', host: 20, child: 12 },
  { name: 'write', host: 20, child: 30 },
  { name: 'sync', host: 15, child: 12 },
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
  const [others, injections, decisive] = isShort ? [1, 4, 1] : [pick(random, [1, 1, 2]), 8, 2]
  const several = (count, draw) => Array.from({ length: count }, (_, number) => draw(random, number))
  return {
    seed,
    isShort,
    leaseMs: 300 + random.integer(201),
    hosts: several(1 + others, (_, number) => hostOf(random, number, isShort)),
    instants: [...several(5 + random.integer(6), instantOf), ...several(decisive, decisiveOf)],
    injections: several(injections + random.integer(injections), injectionOf),
  }
}

/** A host, and how it ends when all is over. There is always one that has its runs in child processes. */
function hostOf(random, number, isShort) {
  const executor = number === 0 ? 'processes' : pick(random, isShort ? ['inline'] : ['processes', 'inline'])
  return { number, executor, ending: pick(random, ['SIGTERM', 'SIGKILL']) }
}

/** When some process is to stop or to kill itself, as `instants.cjs` says. */
function instantOf(random, id) {
  const role = pick(random, ['host', 'host', 'child'])
  const place = pick(
    random,
    PLACES.filter((one) => one[role] > 0),
  )
  const nth = 1 + random.integer(place[role])
  return { id, role, name: place.name, moment: pick(random, ['before', 'after']), nth, how: howOf(random) }
}

/** When a host is to stop itself just before it decides over a result: seldom met by chance, and where most could go wrong. */
function decisiveOf(random, number) {
  const name = pick(random, ['manifest', 'replacement'])
  return { id: `decisive ${number}`, role: 'host', name, moment: 'before', nth: 1 + random.integer(4), how: 'SIGSTOP' }
}

/** What is done to one of the processes there are, how long after the one before. */
function injectionOf(random) {
  const role = pick(random, ['host', 'child', 'child'])
  return { after: random.between(60, 500), role, which: random.uniform(), how: howOf(random) }
}

function howOf(random) {
  return pick(random, ['SIGKILL', 'SIGSTOP'])
}

function pick(random, list) {
  return list[random.integer(list.length)]
}
