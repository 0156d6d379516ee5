import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  BaseDataOperation,
  ClientAlertError,
  type InputSchema,
  type OperationInfo,
  type OperationResult,
  Outputs,
  processIdentity,
} from '@datalab/core'

/** What a run of {@link Behave} is to do. */
export interface BehaveInputs {
  how: keyof typeof WAYS
  /** Makes it a job of its own. */
  name?: string
}

const inputs: InputSchema<BehaveInputs> = {
  type: 'object',
  properties: { how: { type: 'string' }, name: { type: 'string' } },
  required: ['how'],
  additionalProperties: false,
}

/** An operation that behaves well, or in one of the ways that a host must bear. */
export class Behave extends BaseDataOperation<BehaveInputs> {
  static readonly info: OperationInfo<BehaveInputs> = {
    id: '@test/behave',
    name: 'Behave',
    description: 'Does what it is told.',
    category: 'image',
    revision: 1,
    inputs,
  }

  override operate() {
    return WAYS[this.inputData.how](this)
  }
}

/** The same, in little time. */
export class BehaveWithinTime extends Behave {
  static override readonly info: OperationInfo<BehaveInputs> = {
    ...Behave.info,
    id: '@test/behave#time',
    name: 'Behave Within Time',
    limits: { time: 0.3 },
  }
}

/** The same, in little memory. */
export class BehaveWithinMemory extends Behave {
  static override readonly info: OperationInfo<BehaveInputs> = {
    ...Behave.info,
    id: '@test/behave#memory',
    name: 'Behave Within Memory',
    limits: { memory: 160 * 2 ** 20 },
  }
}

const kept: Uint8Array[] = []

const WAYS = {
  well: behaveWell,
  nothing: () => ({ output_data: [{ pid: process.pid }] }),
  meet,
  keep: () => {
    kept.push(new Uint8Array(200 * 2 ** 20).fill(1))
    return undefined
  },
  frozen: (run: Behave) => ({ output_data: [{ frozen: Object.isFrozen(run.inputData) }] }),
  print: () => {
    for (let line = 0; line < 3000; line++) console.log(`line ${line}`)
    console.error('x'.repeat(10_000))
    return undefined
  },
  log: (run: Behave) => {
    run.log.warn({ err: new Error('deep'), count: 3 }, 'logged')
    return undefined
  },
  alert: () => {
    throw new ClientAlertError('There is nothing to see.', { details: { size: 2n } })
  },
  wait: async (run: Behave) => {
    begin(run)
    await once(run.signal, 'abort')
    throw run.signal.reason
  },
  ignore: (run: Behave) => {
    begin(run)
    return new Promise<never>(() => setInterval(() => {}, 1000))
  },
  spin: (run: Behave) => {
    begin(run)
    for (;;);
  },
  spawn: (run: Behave) => {
    run.setMessage(`${spawn('sleep', ['1000'], { stdio: 'ignore' }).pid}`)
    for (;;);
  },
  // In a session of its own, and once more with a parent that is gone.
  detach: (run: Behave) => {
    const stdio = 'ignore' as const
    const own = spawn('sleep', ['1000'], { stdio, detached: true })
    const path = join(testFolder(), 'orphan')
    const orphan = spawn('sh', ['-c', `setsid sleep 1000 & echo $! > ${path}`], { stdio, detached: true })
    orphan.on('exit', () => run.setMessage(`${own.pid} ${readFileSync(path, 'utf8').trim()} ${process.pid}`))
    return new Promise<never>(() => {})
  },
  hog: async (run: Behave) => {
    begin(run)
    const held: Uint8Array[] = []
    for (;;) {
      held.push(new Uint8Array(8 * 2 ** 20).fill(1))
      await sleep(2)
    }
  },
  heap: () => {
    const held: object[] = []
    for (;;) held.push([held.length])
  },
  exit: (run: Behave) => {
    writeFileSync(join(run.scratch, 'left'), '')
    process.exit(3)
  },
  undefined: () => {
    throw undefined
  },
  later: (run: Behave) => {
    begin(run)
    setTimeout(() => {
      throw undefined
    })
    return new Promise<never>(() => {})
  },
  abort: () => process.abort(),
  leaveThrow: () =>
    leave(() => {
      throw new Error('left behind')
    }),
  leaveReject: () => leave(() => void Promise.reject(new Error('left behind'))),
  leaveAlert: () => {
    setTimeout(() => {
      throw new Error('left behind')
    }, 10)
    throw new ClientAlertError('There is nothing to see.')
  },
  leaveResult: () => {
    setTimeout(() => {
      throw new Error('left behind')
    }, 10)
    return { output_data: [{ pid: process.pid }] }
  },
  leaveTimer: () => {
    setInterval(() => {}, 1000)
    return { output_data: [{ pid: process.pid }] }
  },
  leaveSocket: async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    return { output_data: [{ pid: process.pid }] }
  },
  leaveHandler: () => {
    process.on('unhandledRejection', () => {})
    return { output_data: [{ pid: process.pid }] }
  },
  leaveDeaf: () => {
    process.removeAllListeners('message')
    return { output_data: [{ pid: process.pid }] }
  },
  leaveAlone: () => {
    process.removeAllListeners()
    return { output_data: [{ pid: process.pid }] }
  },
  leaveListener: () => {
    process.on('message', () => {})
    return { output_data: [{ pid: process.pid }] }
  },
  leavePrototype: () => {
    Object.assign(Array.prototype, { x: 1 })
    return { output_data: [{ pid: process.pid }] }
  },
  leaveIntrinsic: () => {
    Math.max = () => 7
    return { output_data: [{ pid: process.pid }] }
  },
  leaveGlobal: () => {
    Object.assign(globalThis, { left: 1 })
    return { output_data: [{ pid: process.pid }] }
  },
  useGlobals: async () => {
    const response = await fetch('data:text/plain,a')
    const digest = await crypto.subtle.digest('SHA-256', await response.arrayBuffer())
    const size = new Blob([new TextEncoder().encode('a')]).stream().pipeThrough(new CompressionStream('gzip'))
    performance.mark('used')
    Object.assign(globalThis, { [Symbol.for('@test/registry')]: digest.byteLength })
    return { output_data: [{ pid: process.pid, is: size instanceof ReadableStream }] }
  },
  change: (run: Behave) => {
    process.chdir(run.scratch)
    process.umask(0o777)
    process.exitCode = 9
    return { output_data: [state()] }
  },
  changeEnvironment: () => {
    process.env.DATALAB_TEST_MORE = 'more'
    return { output_data: [state()] }
  },
  state: () => ({ output_data: [state()] }),
  meetLeft: async () => {
    const path = join(testFolder(), 'go')
    if (existsSync(path)) return { output_data: [{ pid: process.pid }] }
    writeFileSync(path, '')
    return new Promise<never>(() => {})
  },
} satisfies Record<string, (run: Behave) => OperationResult | Promise<OperationResult>>

/** What runs of a process share. */
function state() {
  const { DATALAB_TEST_MORE: more = '' } = process.env
  return { pid: process.pid, folder: process.cwd(), mask: process.umask(), exitCode: process.exitCode ?? null, more }
}

/** Leaves something that fails when the next run begins; nothing that keeps a process going. */
function leave(fail: () => void) {
  const path = join(testFolder(), 'go')
  const timer = setInterval(() => {
    if (!existsSync(path)) return
    clearInterval(timer)
    fail()
  }, 5).unref()
  return { output_data: [{ pid: process.pid }] }
}

const testFolder = () => process.env.DATALAB_TEST_FOLDER ?? ''

/** Tells that the run goes on, and where, before anything else. */
function begin(run: Behave): void {
  run.setMessage(processIdentity())
  run.setOperationProgress(0.1)
}

async function behaveWell(run: Behave) {
  const outputs = run.use(Outputs)
  begin(run)
  // Left going on, as by a library.
  setInterval(() => {}, 1000)
  writeFileSync(join(run.scratch, 'file'), 'scratch')
  const first = await outputs.put('.txt', new TextEncoder().encode('first'), { index: 0 })
  const file = outputs.file({ type: 'image', objects: [first], index: 0 })
  await run.setOutput([file])
  run.setOperationProgress(0.5)
  run.addWarning('1 of 2 was left out')
  return { output_files: [file], output_data: [{ pid: process.pid, progress: run.progress.fraction }] }
}

/** Ends when both `a` and `b` have begun. */
async function meet(run: Behave) {
  const folder = testFolder()
  writeFileSync(join(folder, run.inputData.name ?? ''), '')
  while (!['a', 'b'].every((name) => existsSync(join(folder, name)))) await sleep(5)
  return undefined
}
