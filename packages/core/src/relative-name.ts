/**
 * Whether a file's name stays within the folder it is looked up in: relative, `/` between folders, no `.` or `..` among them (nor with more
 * dots or with spaces behind, which Windows drops), nothing empty, no NUL. On Windows no backslash and no drive letter either; elsewhere they
 * are characters like others.
 */
export function isRelativeName(name: string, platform: NodeJS.Platform = process.platform): boolean {
  if (name.includes('\0')) return false
  if (platform === 'win32' && (name.includes('\\') || /^[A-Za-z]:/.test(name))) return false
  return name.split('/').every((part) => !/^\.* *$/.test(part))
}
