/** Where the set-up module of `datalab worker` is, beside the built program. */
export function fleetSetupUrl(): string {
  return new URL('./fleet-setup.js', import.meta.url).href
}
