import { readFile, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ImportFile } from '../../ports/importedRows.ts';

/**
 * Reads what an import was pointed at. Of a folder: every .ndjson, .json and .csv in it, by name, not below it.
 * @throws the file system's error when a path cannot be read.
 */
export async function readImportFiles(paths: readonly string[]): Promise<readonly ImportFile[]> {
  const files: ImportFile[] = [];
  for (const path of paths) {
    const isFolder = (await stat(path)).isDirectory();
    const names = isFolder
      ? (await readdir(path)).filter((name) => /\.(ndjson|json|csv)$/.test(name)).toSorted()
      : [];
    const found = isFolder ? names.map((name) => join(path, name)) : [path];
    for (const file of found) files.push({ name: basename(file), text: await readFile(file, 'utf8') });
  }
  return files;
}
