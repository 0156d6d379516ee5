/** Pixels that are calculated at once: their values stay in the processor's cache from one step to the next. */
export const BLOCK = 4096
