/**
 * Whether a file's name stays within the folder it is looked up in, on any system: relative, `/` between folders, no `.` or `..` among them
 * (nor with more dots or with spaces behind, which Windows drops), nothing empty, no NUL, no backslash, no drive letter.
 */
export function isRelativeName(name: string): boolean {
  if (name.includes('\0') || name.includes('\\') || /^[A-Za-z]:/.test(name)) return false
  return name.split('/').every((part) => !/^\.* *$/.test(part))
}
