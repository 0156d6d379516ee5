/** The AWS SDK, which is loaded when it is first needed: it takes a while, and memory. */
export type Sdk = typeof import('@aws-sdk/client-s3')

/**
 * The SDK, loaded when it is first needed, without the global variable that it makes for Amazon's functions: a process in which a run has
 * changed what all code shares does no other run.
 */
export async function loadSdk(): Promise<Sdk> {
  const isThere = 'awslambda' in globalThis
  const sdk = await import('@aws-sdk/client-s3')
  if (!isThere) Reflect.deleteProperty(globalThis, 'awslambda')
  return sdk
}
