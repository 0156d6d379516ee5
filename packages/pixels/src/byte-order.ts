/** Whether this machine keeps the low byte of a number first; FITS files keep the high one first. */
export const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

/** Which of the two 32-bit words of a 64-bit number in memory is the high one. */
export const HIGH_WORD = IS_LITTLE_ENDIAN ? 1 : 0
