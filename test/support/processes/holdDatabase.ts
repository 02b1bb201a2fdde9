/** A process that starts the embedded database of the folder it is given, says so, and then waits to be killed. */
import { startPostgres } from '../../../src/runtime/embeddedPostgres.ts';
import { silentLog } from '../silentLog.ts';

const database = await startPostgres({ dataDir: process.argv[2] ?? '', host: '127.0.0.1', log: silentLog });
process.stdout.write(`${JSON.stringify({ url: database.url, adopted: database.adopted })}\n`);
setInterval(() => {}, 60_000);
