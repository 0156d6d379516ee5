/** What work comes to, where it does so within this time; else the error is thrown, and the work is left to itself. */
export async function withinTime<Result>(work: Promise<Result>, ms: number, error: () => unknown): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(error()), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
