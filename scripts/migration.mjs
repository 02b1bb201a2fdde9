/**
 * Writes the migration that brings the present migrations to prisma/schema.prisma:
 *
 *     node --import tsx scripts/migration.mjs <name>       makes prisma/migrations/<time>_<name>/migration.sql
 *     node --import tsx scripts/migration.mjs              prints it and makes nothing
 *
 * Read what it writes before it is committed. Prisma knows neither partial indexes nor checks, so it proposes to drop those that only the migrations
 * hold: take such lines out. Works without network: the migrations are applied to a database of its own, and Prisma's engine, as WebAssembly from
 * prisma/'s own install, compares that with the schema.
 */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { PrismaPg } from '@prisma/adapter-pg';
import { ColumnTypeEnum, bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import pg from 'pg';
import { startPostgres } from '../src/runtime/embeddedPostgres.ts';
import { migrate } from '../src/runtime/migrator.ts';

/** PostgreSQL's one-byte "char", which the catalogue is full of and the adapter does not know. */
const CHAR_OID = 18;
const TEXT_OID = 25;

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const engineDir = join(root, 'prisma/node_modules/@prisma/schema-engine-wasm');
const name = process.argv[2];
if (name !== undefined && !/^[a-z][a-z0-9_]*$/.test(name)) {
  console.error('A migration is named in small letters, digits and _, e.g. waitlist_priority.');
  process.exit(64);
}

/** The package's own entry imports WebAssembly as a module, which Node 20 cannot. */
async function loadEngine() {
  if (!existsSync(engineDir)) {
    spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: join(root, 'prisma'),
      stdio: 'inherit',
    });
  }
  const glue = await import(pathToFileURL(join(engineDir, 'schema_engine_bg.js')).href);
  const bytes = readFileSync(join(engineDir, 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': glue });
  // oxlint-disable no-underscore-dangle -- wasm-bindgen's own names
  glue.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  // oxlint-enable no-underscore-dangle
  globalThis.PRISMA_WASM_PANIC_REGISTRY = { set_message: (message) => console.error(message) };
  return glue.SchemaEngine;
}

/** Prisma's adapter, with what the engine needs and it does not do: whole scripts at once, and "char". */
async function connect(connection) {
  const pool = new pg.Pool({ ...connection, max: 1 });
  const adapter = await new PrismaPg(pool, { disposeExternalPool: true }).connect();
  adapter.executeScript = async (script) => void (await pool.query(script));
  const query = pool.query.bind(pool);
  const chars = new WeakMap();
  pool.query = async (...given) => {
    const result = await query(...given);
    const at = result.fields?.flatMap((field, index) => (field.dataTypeID === CHAR_OID ? [index] : [])) ?? [];
    for (const index of at) result.fields[index].dataTypeID = TEXT_OID;
    if (at.length > 0) chars.set(result.rows, at);
    return result;
  };
  const queryRaw = adapter.queryRaw.bind(adapter);
  adapter.queryRaw = async (asked) => {
    const answer = await queryRaw(asked);
    for (const index of chars.get(answer.rows) ?? []) answer.columnTypes[index] = ColumnTypeEnum.Character;
    return answer;
  };
  return adapter;
}

async function proposeMigration(connection) {
  const SchemaEngine = await loadEngine();
  const factory = {
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    connect: () => connect(connection),
    connectToShadowDb: () => connect(connection),
  };
  const schema = { path: 'schema.prisma', content: readFileSync(join(root, 'prisma/schema.prisma'), 'utf8') };
  const engine = await SchemaEngine.new(
    { datamodels: [[schema.path, schema.content]] },
    () => {},
    bindMigrationAwareSqlAdapterFactory(factory),
  );
  const { stdout } = await engine.diff({
    from: { tag: 'schemaDatasource', files: [schema], configDir: join(root, 'prisma') },
    to: { tag: 'schemaDatamodel', files: [schema] },
    script: true,
    exitCode: null,
    filters: { externalTables: [], externalEnums: [] },
  });
  engine.free();
  return stdout ?? '';
}

const silent = { info() {}, warn() {}, error() {}, with: () => silent };
const dataDir = mkdtempSync(join(tmpdir(), 'rollcall-migration-'));
chmodSync(dataDir, 0o711);
const postgres = await startPostgres({ dataDir, host: '127.0.0.1', log: silent, settings: { fsync: 'off' } });
try {
  const client = new pg.Client(postgres.connection);
  await client.connect();
  await migrate(client);
  await client.end();
  const sql = await proposeMigration(postgres.connection);
  if (/^(--[^\n]*\n|\s)*$/.test(sql)) {
    console.error('The migrations already make what the schema says.');
  } else if (name === undefined) {
    console.log(sql);
  } else {
    const time = new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14);
    const folder = join(root, 'prisma/migrations', `${time}_${name}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'migration.sql'), sql);
    console.error(
      `Wrote prisma/migrations/${time}_${name}/migration.sql. Read it, and take out what drops a partial index or a check.`,
    );
  }
} finally {
  await postgres.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
