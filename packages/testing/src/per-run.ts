import type { RunContext, ServiceProvider } from '@datalab/core'

/** By this member a service that was provided as one object for all runs says what it is in one of them. */
export const FOR_RUN = Symbol.for('@datalab/testing/forRun@1')

interface PerRun {
  [FOR_RUN](run: RunContext): unknown
}

/** The same provider, whose services are those of the run where they can be. */
export function perRun(provider: ServiceProvider): ServiceProvider {
  const create = (run: RunContext) => {
    const service = provider.create(run)
    return isPerRun(service) ? service[FOR_RUN](run) : service
  }
  return Object.create(provider, { create: { value: create } })
}

function isPerRun(service: unknown): service is PerRun {
  return typeof service === 'object' && service !== null && FOR_RUN in service
}
