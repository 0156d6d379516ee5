/** Something a command line can say by name: `--out DIR`. */
export interface Flag {
  /** The name, by which its values are asked for; `input_files` is `--input-files` on the command line. */
  readonly name: string
  /** How many arguments after it are its values; `boolean`: none, but `true` and `false` are understood, and so is `--no-<name>`. */
  readonly takes: 'nothing' | 'boolean' | 'value' | 'values'
  /** What its value is called in a synopsis. */
  readonly placeholder?: string
  readonly summary: string
  /** Given several times, it has several values. */
  readonly isRepeatable?: boolean
}

/** The flags that are the same for all operations. */
export const flags = {
  help: { name: 'help', takes: 'nothing', summary: 'Shows this.' },
  json: { name: 'json', takes: 'nothing', summary: 'Writes JSON to the standard output.' },
  verbose: { name: 'verbose', takes: 'nothing', summary: 'Logs to the standard error.' },
  force: { name: 'force', takes: 'nothing', summary: 'Runs it again even where its result is there.' },
  out: {
    name: 'out',
    takes: 'value',
    placeholder: 'DIR',
    summary: 'The folder for the results; made where it is missing. What is there already is not run again.',
  },
  storage: {
    name: 'storage',
    takes: 'value',
    placeholder: 's3://BUCKET/PREFIX',
    summary:
      'Keeps results in a bucket; the folder gets copies. Region, address and credentials are those of the AWS tools. With --redis, also a folder that all machines have at the same path; DATALAB_STORAGE where it is not given.',
  },
  redis: {
    name: 'redis',
    takes: 'value',
    placeholder: 'redis://HOST:PORT',
    summary: 'The Redis of a fleet, whose workers do the runs. DATALAB_REDIS where it is not given.',
  },
  sharedStorage: {
    name: 'storage',
    takes: 'value',
    placeholder: 's3://BUCKET/PREFIX|DIR',
    summary:
      'Where the fleet keeps results: a bucket, or a folder that all machines have at the same path. DATALAB_STORAGE where it is not given.',
  },
  config: {
    name: 'config',
    takes: 'value',
    placeholder: 'FILE',
    summary: 'The set-up module of the hosts, with their storage, records, sources and operations.',
  },
  operations: {
    name: 'operations',
    takes: 'value',
    placeholder: 'NAME,...',
    summary: 'Runs only these: operations, or packages that are installed here.',
  },
  packages: {
    name: 'operations',
    takes: 'value',
    placeholder: 'PACKAGE,...',
    summary: 'Offers the operations of these packages, too, which are installed here.',
  },
  concurrency: {
    name: 'concurrency',
    takes: 'value',
    placeholder: 'N',
    summary: 'How many runs go on at once; as many as there are cores by default.',
  },
  monitor: {
    name: 'monitor',
    takes: 'value',
    placeholder: '[HOST:]PORT',
    summary: 'Where /health and /metrics (Prometheus) are; any free port of 127.0.0.1 by default.',
  },
  grace: {
    name: 'grace',
    takes: 'value',
    placeholder: 'SECONDS',
    summary: 'For how long runs may end when it is asked to end, before they are given to others; 30 by default.',
  },
  inputs: {
    name: 'inputs',
    takes: 'value',
    placeholder: 'FILE.json',
    summary: "Takes the inputs from a JSON file, '-' for the standard input; a flag of an input wins over it.",
  },
  root: {
    name: 'root',
    takes: 'value',
    placeholder: 'NAME=DIR',
    summary: 'Says which folder is meant where JSON inputs, or a header, name files by this root; may be repeated.',
    isRepeatable: true,
  },
  sharedRoot: {
    name: 'root',
    takes: 'value',
    placeholder: '[NAME=]DIR',
    summary:
      'Lets runs read files below this folder, which those who submit them have at the same path; may be repeated.',
    isRepeatable: true,
  },
  fitsCompression: {
    name: 'fits-compression',
    takes: 'value',
    placeholder: 'none|lossless|quantize:Q',
    summary:
      "Compresses FITS results tile by tile, as '.fits.fz': lossless, or floats in Q steps to their noise, as fpack does (4 is usual).",
  },
  noPreviews: {
    name: 'no-previews',
    takes: 'nothing',
    summary: 'Makes no JPEG previews of FITS results.',
  },
  memory: {
    name: 'memory',
    takes: 'value',
    placeholder: 'SIZE',
    summary:
      'How much memory the pixels of a run may take, such as 512M or 2G; 512M by default. What is more goes to disk.',
  },
  intermediate: {
    name: 'intermediate',
    takes: 'nothing',
    summary: 'Of a pipeline, puts the results of all steps into the folder, also of those whose outputs others take.',
  },
  lint: {
    name: 'lint',
    takes: 'nothing',
    summary: 'Names what a stock DataLab front end could not show; exits with 1 where a form could not be sent.',
  },
  dryRun: { name: 'dry-run', takes: 'nothing', summary: 'Only says what would be done.' },
  place: { name: 'out', takes: 'value', placeholder: 'DIR', summary: 'The folder that results were written to.' },
  olderThan: {
    name: 'older-than',
    takes: 'value',
    placeholder: 'DAYS',
    summary: 'Removes results that are older; 30 by default. Files that were copied to the folder stay.',
  },
  urlLife: {
    name: 'url-life',
    takes: 'value',
    placeholder: 'DAYS',
    summary: 'For how long somebody may still use what is to be removed; 7 by default.',
  },
  hdu: {
    name: 'hdu',
    takes: 'value',
    placeholder: 'N|NAME',
    summary: 'Only this HDU: its number from 0, or its name (EXTNAME).',
  },
  output: {
    name: 'output',
    takes: 'value',
    placeholder: 'FILE',
    summary: 'The file to write; -o for short. What is there is replaced.',
  },
  python: {
    name: 'python',
    takes: 'nothing',
    summary: 'Prints the key that the Python back end has for these inputs, from the very text of --inputs.',
  },
  stored: {
    name: 'stored',
    takes: 'nothing',
    summary: 'Shows the header of a compressed image as the file holds it, not that of the image.',
  },
} as const satisfies Record<string, Flag>

/** The flag as it is written: `--input-files`. */
export function spelled({ name }: Pick<Flag, 'name'>): string {
  return `--${dashed(name)}`
}

/** `input_files` as `input-files`: how names of flags are compared. */
export function dashed(name: string): string {
  return name.replaceAll('_', '-')
}
