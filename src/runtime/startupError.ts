/**
 * The product cannot start, and the reason is outside of it. The message is one line for the person at the terminal: what is wrong, and what to
 * do about it. main.ts prints it alone, without a stack, and ends with a non-zero exit code.
 */
export class StartupError extends Error {
  override readonly name = 'StartupError';
}

/** The system's own error code (`ENOSPC`, `EACCES`, …), when this error carries one. */
export function systemCode(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

/** A full disk, in the words of the system, of PostgreSQL (53100), or of whoever passes their error on. */
function saysDiskIsFull(error: unknown): boolean {
  if (['ENOSPC', 'EDQUOT', '53100'].includes(systemCode(error) ?? '')) return true;
  if (!(error instanceof Error)) return false;
  return (
    /No space left on device|Disk quota exceeded/.test(error.message) ||
    (error.cause !== undefined && saysDiskIsFull(error.cause))
  );
}

/**
 * Says in one line why a file or folder could not be used.
 * @param path the folder that the person can do something about.
 */
export function explainFileError(error: unknown, path: string): Error {
  if (error instanceof StartupError) return error;
  if (saysDiskIsFull(error)) {
    return new StartupError(
      `The disk that holds ${path} is full. Free some space there, or set DATA_DIR to a folder on another disk.`,
    );
  }
  switch (systemCode(error)) {
    case 'EFBIG':
      return new StartupError(
        `Files in ${path} may not grow as large as they must. Raise the limit (ulimit -f), or set DATA_DIR to a folder on another disk.`,
      );
    case 'EACCES':
    case 'EPERM':
      return new StartupError(
        `${path} belongs to another account or may not be written to. Run as the account that owns it, or set DATA_DIR to a folder of your own.`,
      );
    case 'EROFS':
      return new StartupError(
        `${path} is on a read-only disk. Set DATA_DIR to a folder that can be written to.`,
      );
    case 'ENOTDIR':
    case 'EEXIST':
      return new StartupError(
        `${path} is a file where a folder is needed. Move it away, or set DATA_DIR to another folder.`,
      );
    default:
      return error instanceof Error ? error : new Error(String(error));
  }
}
