/** What the system said, of an error of its own. */
export function systemDetails({ code, syscall }: Partial<NodeJS.ErrnoException>): Record<string, unknown> {
  return syscall === undefined ? {} : { errno: code, syscall }
}
