import type { JsonObject } from './json.js'

/** What a front end can do with an output: work on it as FITS data, or show it as a picture. */
export type OutputType = 'fits' | 'image'

/** Which input an output was made from. */
export interface OutputInput {
  readonly source: string
  readonly basename: string
  readonly root?: string
}

/** One output of a run, as {@link Outputs.file} returns it and the record store keeps it: by object keys. */
export interface OutputFile {
  /** `<key>`, or `<key>-<n>` counted from 1 where a run has several. */
  readonly basename: string
  readonly source: 'datalab'
  readonly type: OutputType
  /** Object key by role: `fits`, `large`, `small`, `tif`, ... */
  readonly objects: Readonly<Record<string, string>>
  /** Bytes of each object, by role, as it was written, or made again since: what is not as long is lost. */
  readonly sizes: Readonly<Record<string, number>>
  /** Roles of those objects that the service which wrote them can make again from the others, such as previews from a FITS file. */
  readonly derived?: readonly string[]
  /** Which input it was made from, where the operation says so. */
  readonly input?: OutputInput
}

/** What `operate()` returns: output files alone, or with data for a card. Nothing at all is an empty output, where no file was made. */
export type OperationResult =
  | readonly OutputFile[]
  | { readonly output_files?: readonly OutputFile[]; readonly output_data?: readonly object[] }
  | undefined

/** The output of a run as the record store keeps it. */
export interface StoredOutput {
  readonly output_files?: readonly OutputFile[]
  readonly output_data?: readonly JsonObject[]
}

/** An output file as front ends read it: with a URL for each object, minted when it is read. */
export interface OutputFileView {
  readonly basename: string
  readonly source: 'datalab'
  readonly type: OutputType
  /** Which input it was made from, where the operation says so. */
  readonly input?: OutputInput
  /** `fits_url`, `large_url`, `small_url`, `tif_url`, and `<role>_url` of whatever else the operation wrote. */
  readonly [url: `${string}_url`]: string
}

/** The output of a job as front ends read it. */
export interface Output {
  readonly output_files?: readonly OutputFileView[]
  readonly output_data?: readonly JsonObject[]
}
