import { dirname, join } from 'node:path/posix';
import { ONE_FILE_PACKAGES, acts, placeInStage, zoneOf } from './rules.ts';

const LINES_MAX = 300;

/** Static and dynamic imports, re-exports, and files named for a thread or a child: all are ways to reach another file. */
const IMPORTS =
  /^\s*(?:import|export)\s[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]|\bnew URL\(\s*['"](\.[^'"]+\.[cm]?[jt]s)['"],\s*import\.meta\.url/gm;

/** Path from the root of the repository -> text. */
export type Tree = ReadonlyMap<string, string>;

/** The specifiers of everything a file reaches. */
export function importsOf(text: string): readonly string[] {
  return [...text.matchAll(IMPORTS)].map((match) => match[1] ?? match[2] ?? match[3] ?? match[4] ?? '');
}

/** The package of a specifier: `zod`, `@hono/node-server`; `node:fs` as it stands. */
export const packageOf = (specifier: string): string =>
  specifier.startsWith('node:')
    ? specifier
    : specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/');

const targetOf = (file: string, specifier: string): string => join(dirname(file), specifier);

/** What is wrong with one import, or null. */
function importBreach(file: string, specifier: string, tree: Tree): string | null {
  const zone = zoneOf(file);
  if (zone === null) return `${file}: the house has no such place`;
  if (!specifier.startsWith('.')) {
    const name = packageOf(specifier);
    const allowed = [...zone.packages, ...(ONE_FILE_PACKAGES[file] ?? [])];
    const fits = allowed.some((one) => one === name || (one === 'node:' && name.startsWith('node:')));
    return fits ? null : `${file}: may not use the package ${name}`;
  }
  const target = targetOf(file, specifier);
  if (!zone.inside.some((prefix) => target.startsWith(prefix))) return `${file}: may not import ${target}`;
  if (target.endsWith('.ts') && !target.startsWith('src/generated/') && !tree.has(target))
    return `${file}: ${target} does not exist`;
  if (placeInStage(file) !== null && !acts(file) && acts(target))
    return `${file}: decides, so it may not import ${target}, which acts`;
  return null;
}

function cyclesIn(tree: Tree): readonly string[] {
  const state = new Map<string, 'open' | 'done'>();
  const found: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (state.get(file) === 'done') return;
    if (state.get(file) === 'open') {
      found.push(`cycle: ${[...path.slice(path.indexOf(file)), file].join(' -> ')}`);
      return;
    }
    state.set(file, 'open');
    const targets = importsOf(tree.get(file) ?? '')
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => targetOf(file, specifier));
    for (const target of targets) if (tree.has(target)) visit(target, [...path, file]);
    state.set(file, 'done');
  };
  for (const file of tree.keys()) visit(file, []);
  return found;
}

/** Every way in which the tree is not the house that rules.ts describes. */
export function breachesIn(tree: Tree): readonly string[] {
  const found: string[] = [];
  for (const [file, text] of tree) {
    const lines = text.split('\n').length - 1;
    if (lines > LINES_MAX) found.push(`${file}: ${lines} lines, ${LINES_MAX} at most`);
    if (zoneOf(file) === null) found.push(`${file}: the house has no such place`);
    for (const specifier of importsOf(text)) {
      const breach = importBreach(file, specifier, tree);
      if (breach !== null && !found.includes(breach)) found.push(breach);
    }
  }
  return [...found, ...cyclesIn(tree)];
}
