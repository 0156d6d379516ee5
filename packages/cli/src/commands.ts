import { type Flag, flags } from './flags.js'
import type { Io } from './io.js'
import type { Offers } from './operations.js'
import type { Terminal } from './terminal.js'

/** What a command works with. */
export interface CommandContext {
  readonly io: Io
  readonly terminal: Terminal
  readonly offers: Offers
}

/** Does a command with the arguments after its name; resolves to the exit code. */
export type CommandMain = (argv: readonly string[], context: CommandContext) => Promise<number>

/** What is known of a command without loading it. */
export interface Command {
  readonly synopsis: string
  readonly summary: string
  readonly flags: readonly Flag[]
}

export type CommandName = keyof typeof commands

const {
  concurrency,
  config,
  dryRun,
  fitsCompression,
  force,
  grace,
  hdu,
  help,
  inputs,
  intermediate,
  json,
  lint,
  memory,
  monitor,
  noPreviews,
  olderThan,
  operations,
  out,
  output,
  packages,
  place,
  python,
  redis,
  root,
  sharedRoot,
  sharedStorage,
  storage,
  stored,
  urlLife,
  verbose,
} = flags

/** All commands, in the order of the help. */
export const commands = {
  list: {
    synopsis: 'list [--json]',
    summary: 'Lists the operations there are.',
    flags: [packages, json, help],
  },
  describe: {
    synopsis: 'describe <operation> [--json | --lint]',
    summary: 'Says what an operation does and which inputs it takes; as JSON, its wizard description.',
    flags: [packages, json, lint, help],
  },
  run: {
    synopsis: 'run <operation>|PIPELINE.json [files...] [--<input> value...] --out DIR',
    summary: 'Runs an operation, or the steps of a pipeline, and puts the results into a folder.',
    flags: [
      out,
      storage,
      redis,
      packages,
      inputs,
      root,
      fitsCompression,
      noPreviews,
      memory,
      intermediate,
      json,
      force,
      verbose,
      help,
    ],
  },
  plan: {
    synopsis: 'plan <operation>|PIPELINE.json [files...] [--<input> value...] --out DIR',
    summary: 'Says what run would do, without doing it.',
    flags: [out, storage, redis, packages, inputs, root, fitsCompression, noPreviews, json, force, verbose, help],
  },
  key: {
    synopsis: 'key <operation> [files...] [--<input> value...] [--python]',
    summary: 'Prints the key of a job: equal for equal inputs.',
    flags: [packages, inputs, root, fitsCompression, noPreviews, python, verbose, help],
  },
  verify: {
    synopsis: 'verify OUT.fits [--root NAME=DIR]',
    summary: 'Runs again what made a FITS file, by its own header, and compares pixel by pixel.',
    flags: [root, packages, json, help],
  },
  explain: {
    synopsis: 'explain A.json B.json',
    summary: 'Says why two jobs have different keys, from their records (run --json).',
    flags: [json, help],
  },
  gc: {
    synopsis: 'gc --out DIR | --redis URL --storage PLACE [--older-than DAYS] [--url-life DAYS] [--dry-run]',
    summary:
      'Frees the space of old results, and of what runs left behind that were killed: of a folder, or of a fleet, whose records say what is needed.',
    flags: [place, storage, redis, olderThan, urlLife, dryRun, json, verbose, help],
  },
  worker: {
    synopsis: 'worker --config FILE | --redis URL --storage s3://BUCKET/PREFIX|DIR',
    summary: 'Does the runs that hosts of a fleet submit, until it is asked to end; as many workers as you like.',
    flags: [
      config,
      redis,
      sharedStorage,
      operations,
      sharedRoot,
      fitsCompression,
      noPreviews,
      concurrency,
      monitor,
      grace,
      verbose,
      help,
    ],
  },
  fits: {
    synopsis: 'fits info|header|dump|verify|compress|decompress|preview FILE',
    summary:
      'Tells what a FITS file holds: its HDUs, its headers, all of it as JSON, its faults, or a picture (-o x.jpg); compresses it as fpack does, and undoes that.',
    flags: [hdu, stored, output, fitsCompression, json, help],
  },
  help: {
    synopsis: 'help [command]',
    summary: 'Says how to use a command.',
    flags: [help],
  },
} as const satisfies Record<string, Command>

/** Whether there is a command of this name. */
export function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(commands, name)
}
