/**
 * Makes src/generated/prisma from prisma/schema.prisma. After every change of the schema:
 *
 *     node scripts/generatePrisma.mjs
 *
 * and commit what comes out: the product is installed, started and tested without the Prisma CLI, which lives in prisma/ with a lock of its own
 * and is installed by this script when it is missing. `--check` changes nothing and ends with 1 when what is committed is not what the schema makes.
 */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const tools = join(root, 'prisma');
const cli = join(tools, 'node_modules/prisma/build/index.js');
const committed = join(root, 'src/generated/prisma');

function run(command, args, options) {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

/** @returns {string} every path below the folder with its text, in order */
function contentOf(folder) {
  if (!existsSync(folder)) return '';
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
    .map((path) => `${relative(folder, path)}\n${readFileSync(path, 'utf8')}`)
    .join('\n');
}

if (!existsSync(cli)) run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: tools });

const scratch = mkdtempSync(join(tmpdir(), 'rollcall-prisma-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
const schema = join(scratch, 'prisma/schema.prisma');
mkdirSync(dirname(schema));
cpSync(join(tools, 'schema.prisma'), schema);

// Generating needs no engine, but the CLI insists on fetching one unless it is told that it has it.
const engine = join(scratch, 'schema-engine');
writeFileSync(engine, '', { mode: 0o755 });
run(process.execPath, [cli, 'generate', '--schema', schema], {
  cwd: tools,
  env: {
    ...process.env,
    PRISMA_SCHEMA_ENGINE_BINARY: engine,
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
    CHECKPOINT_DISABLE: '1',
  },
});

const made = join(scratch, 'src/generated/prisma');
if (process.argv.includes('--check')) {
  if (contentOf(made) !== contentOf(committed)) {
    console.error(
      'src/generated/prisma is not what prisma/schema.prisma makes: run node scripts/generatePrisma.mjs',
    );
    process.exit(1);
  }
} else {
  rmSync(committed, { recursive: true, force: true });
  cpSync(made, committed, { recursive: true });
}
