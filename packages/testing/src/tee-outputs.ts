import { type ObjectBody, Outputs, type RunContext, type ServiceKey } from '@datalab/core'
import { type Image, readImage } from '@datalab/fits'

/** A run whose FITS files are kept aside while they are written. */
export interface TeedRun {
  readonly context: RunContext
  /** The image that was written under this basename. */
  imageOfOutput(basename: string): Promise<Image>
}

/** The same run, with a second reader of what it writes. */
export function teeOutputs(run: RunContext): TeedRun {
  const written = new Map<string, Uint8Array[]>()
  const use = <Service>(key: ServiceKey<Service>): Service => {
    const service = run.use(key)
    return key.id === Outputs.id ? (teed(service as Outputs, written) as Service) : service
  }
  return {
    context: Object.create(run, { use: { value: use } }),
    async imageOfOutput(basename) {
      const pieces = written.get(basename) ?? []
      written.delete(basename)
      return readImage(Buffer.concat(pieces))
    },
  }
}

function teed(outputs: Outputs, written: Map<string, Uint8Array[]>): Outputs {
  return {
    provenance: outputs.provenance,
    basename: (index) => outputs.basename(index),
    file: (parts) => outputs.file(parts),
    put(suffix, body, options) {
      if (suffix !== '.fits') return outputs.put(suffix, body, options)
      const pieces: Uint8Array[] = []
      written.set(outputs.basename(options?.index), pieces)
      return outputs.put(suffix, copied(body, pieces), options)
    },
  }
}

async function* copied(body: ObjectBody, pieces: Uint8Array[]): AsyncGenerator<Uint8Array> {
  for await (const piece of body instanceof Uint8Array ? [body] : body) {
    pieces.push(new Uint8Array(piece))
    yield piece
  }
}
