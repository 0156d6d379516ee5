import { DataLabError, type Provenance, type RunParts } from '@datalab/core'
import { jobLabel } from './job-label.js'

/**
 * The ids of the operations that a host has, by the labels of their jobs.
 *
 * @param ids only these; all where absent
 * @throws DATALAB_OPERATION_UNKNOWN
 */
export function offeredLabels({ operations, services }: RunParts, ids?: readonly string[]): Map<string, string> {
  const infos = operations.list().map(({ info }) => info)
  const unknown = ids?.find((id) => !infos.some((info) => info.id === id))
  if (unknown !== undefined)
    throw unknownOperation(
      unknown,
      infos.map(({ id }) => id),
    )
  const wanted = infos.filter(({ id }) => ids === undefined || ids.includes(id))
  return new Map(
    wanted.map((info) => {
      // What every run has, without anybody providing it, has no revision.
      const providers = (info.requires ?? []).flatMap(({ id }) => services.get(id) ?? [])
      const settings = providers.flatMap((one) =>
        one.settings === undefined ? [] : [[one.key.id, one.settings] as const],
      )
      const needs: Pick<Provenance, 'services' | 'settings'> = {
        services: Object.fromEntries(providers.map(({ key, revision }) => [key.id, revision])),
        ...(settings.length > 0 && { settings: Object.fromEntries(settings) }),
      }
      return [jobLabel({ operation: info, ...needs }), info.id]
    }),
  )
}

function unknownOperation(id: string, known: readonly string[]): DataLabError {
  const message = `There is no operation '${id}' in this set-up; there is ${known.join(', ') || 'none'}.`
  return new DataLabError('DATALAB_OPERATION_UNKNOWN', message, { audience: 'user', details: { id } })
}
