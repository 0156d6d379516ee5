/** What an expression calls its images. */
export const LETTERS = 'abcdefghijklmnopqrstuvwxyz'
