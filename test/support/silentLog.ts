import type { Log } from '../../src/ports/log.ts';

/** For tests that do not look at the log. */
export const silentLog: Log = { info() {}, warn() {}, error() {}, with: () => silentLog };
