import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { type Logger, silentLogger } from '@datalab/core'
import { type FleetWorker, type MonitorAddress, startWorker } from '@datalab/executor-bullmq'
import { EXIT, usageError } from '../command-error.js'
import { commandHelp } from '../command-help.js'
import { type CommandContext, type CommandMain, commands } from '../commands.js'
import { addRoot, FileArguments } from '../file-arguments.js'
import { type Flag, flags, spelled } from '../flags.js'
import { fleetOperations } from '../fleet-operations.js'
import { fleetAddress, fleetPlace } from '../fleet-place.js'
import { type FleetSettings, SETTINGS_VARIABLE } from '../fleet-settings.js'
import { fleetSetupUrl } from '../fleet-setup-url.js'
import { imagesOptionsFrom } from '../images-options.js'
import { Interruption } from '../interruption.js'
import { lineLogger } from '../line-logger.js'
import { listOfNames } from '../list-of-names.js'
import { type ParsedArguments, parseArguments } from '../parse-arguments.js'

const GRACE_S = 30

/** `datalab worker`: does the runs of a fleet until it is asked to end. */
export const worker: CommandMain = async (argv, context) => {
  const parsed = parseArguments(argv, commands.worker.flags)
  if (parsed.has(flags.help)) {
    await context.terminal.print(commandHelp('worker'))
    return EXIT.completed
  }
  const [stray] = parsed.positionals
  if (stray !== undefined) throw usageError(`'worker' takes no arguments. Leave '${stray}' out.`)
  const graceMs = numberOf(parsed, flags.grace, 0, GRACE_S) * 1000
  using interruption = new Interruption(context.io, context.terminal)
  const leave = () => context.io.exit(EXIT.cancelled)
  // Nothing is being run: whatever it waits for, it need not end.
  interruption.signal.addEventListener('abort', leave)
  const fleetWorker = await started(parsed, context)
  interruption.signal.removeEventListener('abort', leave)
  await context.terminal.print(`${greeting(fleetWorker)}\n`)
  if (!interruption.signal.aborted) await once(interruption.signal, 'abort')
  if (fleetWorker.going > 0 && graceMs > 0) context.terminal.note(farewell(fleetWorker, graceMs))
  await fleetWorker.close({ graceMs })
  return EXIT.completed
}

async function started(parsed: ParsedArguments, context: CommandContext): Promise<FleetWorker> {
  const config = parsed.value(flags.config)
  const concurrency = parsed.has(flags.concurrency) ? numberOf(parsed, flags.concurrency, 1, 1) : undefined
  const operations = listOfNames(flags.operations, parsed.value(flags.operations))
  // With a set-up of its own the command line has said already which operations there are.
  const own = config === undefined ? await ownSetup(parsed, operations, context) : undefined
  return startWorker({
    setup: own ?? (await setupUrl(config ?? '', parsed, context.io.cwd)),
    monitor: monitorOf(parsed),
    log: logOf(parsed, context),
    ...(concurrency !== undefined && { concurrency }),
    ...(own === undefined && operations !== undefined && { operations }),
  })
}

/** The set-up that the command line describes, for this process and its children. */
async function ownSetup(
  parsed: ParsedArguments,
  operations: readonly string[] | undefined,
  { io }: CommandContext,
): Promise<string> {
  const address = fleetAddress(parsed, io.env)
  if (address === undefined)
    throw usageError('Say what to work for: --config FILE, or --redis URL and --storage s3://BUCKET/PREFIX|DIR.')
  // What cannot be is said before anything is started.
  await fleetPlace(address, io.cwd)
  await fleetOperations(operations, io.cwd)
  const files = new FileArguments(io.cwd)
  for (const root of parsed.values(flags.root)) await allow(files, root, io.cwd)
  const settings: FleetSettings = {
    ...address,
    cwd: io.cwd,
    roots: files.roots,
    images: imagesOptionsFrom(parsed),
    ...(operations !== undefined && { operations }),
  }
  process.env[SETTINGS_VARIABLE] = JSON.stringify(settings)
  return fleetSetupUrl()
}

/** A folder without a name has the one by which `datalab run` names it. */
async function allow(files: FileArguments, root: string, cwd: string): Promise<void> {
  const folder = root.slice(root.indexOf('=') + 1)
  const stats = await stat(resolve(cwd, folder)).catch(() => undefined)
  if (stats?.isDirectory() !== true)
    throw usageError(`--root: there is no folder '${folder}'. Name one that is here: --root DIR, or --root NAME=DIR.`)
  if (root === folder) await files.addFolder(root)
  else addRoot(files, root)
}

/** A set-up module says all that other flags could. */
async function setupUrl(config: string, parsed: ParsedArguments, cwd: string): Promise<string> {
  const { fitsCompression, noPreviews, redis, root, sharedStorage } = flags
  const double = [redis, sharedStorage, root, fitsCompression, noPreviews].find((flag) => parsed.has(flag))
  if (double !== undefined)
    throw usageError(`--config: the set-up module says that itself. Leave ${spelled(double)} out, or --config.`)
  const path = config.startsWith('file:') ? fileURLToPath(config) : resolve(cwd, config)
  const stats = await stat(path).catch(() => undefined)
  if (stats?.isFile() === true) return pathToFileURL(path).href
  const what = stats === undefined ? 'there is no file' : 'this is no file:'
  throw usageError(`--config: ${what} ${config}. Name the set-up module of the hosts, such as datalab.config.js.`)
}

function monitorOf(parsed: ParsedArguments): MonitorAddress {
  const text = parsed.value(flags.monitor) ?? '0'
  const [, host, port] = /^(?:\[?([\w.:-]+?)\]?:)?(\d{1,5})$/.exec(text) ?? []
  if (port === undefined || Number(port) > 65_535)
    throw usageError(`${spelled(flags.monitor)}: '${text}' is no address. Give a port, such as 9400, or HOST:PORT.`)
  return { port: Number(port), ...(host !== undefined && { host }) }
}

function numberOf(parsed: ParsedArguments, flag: Flag, least: number, otherwise: number): number {
  const text = parsed.value(flag)
  if (text === undefined) return otherwise
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isInteger(value) && value >= least) return value
  throw usageError(`${spelled(flag)}: '${text}' is no whole number from ${least}.`)
}

/** What goes wrong is logged in any case: nobody watches a worker. */
function logOf(parsed: ParsedArguments, { terminal }: CommandContext): Logger {
  const log = lineLogger(terminal)
  return parsed.has(flags.verbose) ? log : { ...log, debug: silentLogger.debug, info: silentLogger.info }
}

function farewell({ going }: FleetWorker, graceMs: number): string {
  const runs = going === 1 ? 'the run that goes on has' : `the ${going} runs that go on have`
  return `This worker ends when ${runs} ended, or gives back what is left after ${graceMs / 1000} s. Asked again, it ends at once.`
}

function greeting({ labels, monitorUrl }: FleetWorker): string {
  return `This worker is ready for ${labels.join(', ')}. It tells how it is at ${monitorUrl}/health and /metrics.`
}
