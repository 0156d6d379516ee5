import type { ByteSource } from './byte-source.js'
import { DataLabError } from './errors.js'
import type { FileReference, FileSource, SourceContext } from './file-source.js'
import type { ObjectInfo, ObjectStorage, Reach } from './object-storage.js'
import { readManifest } from './publication.js'
import type { Principal } from './record-store.js'
import { jobKeyOf, objectOf } from './results.js'

/** The outputs of earlier jobs as input files, found through their manifests: the source `datalab`. Every host has it. */
export class ResultSource implements FileSource {
  readonly name = 'datalab'
  readonly reach: Reach

  /**
   * @param mayOpen whether a principal may have a job's results; what it may not have is not there
   */
  constructor(
    private readonly storage: ObjectStorage,
    private readonly mayOpen: (principal: Principal, key: string) => Promise<boolean> = async () => true,
  ) {
    this.reach = storage.reach
  }

  /** The output's own name: it stands for its job, and so for its pixels. */
  async identify(reference: FileReference, { principal }: SourceContext): Promise<string> {
    const key = jobKeyOf(reference.basename)
    if (key === undefined || !(await this.mayOpen(principal, key))) throw gone(reference)
    await this.#object(reference)
    return reference.basename
  }

  async size(reference: FileReference): Promise<number> {
    return (await this.#object(reference)).size
  }

  async open(reference: FileReference): Promise<ByteSource> {
    const source = await this.storage.open((await this.#object(reference)).key)
    if (source === undefined) throw gone(reference)
    const { size, path } = source
    return {
      size,
      identity: reference.basename,
      ...(path === undefined ? {} : { path }),
      read: (offset, into) => source.read(offset, into),
      close: () => source.close(),
    }
  }

  async #object(reference: FileReference): Promise<ObjectInfo> {
    const { basename } = reference
    const key = jobKeyOf(basename)
    const manifest = key === undefined ? undefined : await readManifest(this.storage, key)
    const object = objectOf(manifest?.record, basename, 'fits')
    const info = object && (await this.storage.head(object))
    if (info) return info
    throw gone(reference)
  }
}

function gone(reference: FileReference): DataLabError {
  const message = `${reference.basename} is no FITS output that is here. Run its job again, or choose another file.`
  return new DataLabError('SOURCE_NOT_FOUND', message, { audience: 'user' })
}
