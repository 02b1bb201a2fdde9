/** Starts the emulated vendors as a child process, for those that have no credentials. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Log } from '../ports/log.ts';
import type { WorldMessage } from '../emulators/process.ts';
import type { WorldAddresses, WorldOptions } from '../emulators/world.ts';
import { StartupError } from './startupError.ts';

const PROCESS = fileURLToPath(new URL('../emulators/process.ts', import.meta.url));

/** Where the emulated vendors are; null for those that are real. */
export type EmulatedAddresses = WorldAddresses;

export interface EmulatedWorld {
  readonly addresses: EmulatedAddresses;
  /** Ends the process and waits until it is gone. */
  stop(): Promise<void>;
  /** Ends it without waiting. */
  kill(): void;
}

const isWorldMessage = (message: unknown): message is WorldMessage =>
  typeof message === 'object' && message !== null && 'kind' in message;

async function firstMessage(child: ChildProcess): Promise<WorldMessage> {
  const gone = once(child, 'exit').then(([code]): WorldMessage => ({
    kind: 'failed',
    reason: `it ended with code ${code}`,
  }));
  const told = once(child, 'message').then(([message]): WorldMessage => {
    const heard: unknown = message;
    return isWorldMessage(heard)
      ? heard
      : { kind: 'failed', reason: 'it said something else than a world would' };
  });
  return Promise.race([told, gone]);
}

/** @throws StartupError when it cannot start. */
export async function startEmulated(options: WorldOptions, log: Log): Promise<EmulatedWorld> {
  const child = fork(PROCESS, [], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  child.send(options);
  const first = await firstMessage(child);
  if (first.kind === 'failed') {
    child.kill('SIGKILL');
    throw new StartupError(`The emulated vendors did not start: ${first.reason}.`);
  }
  log.info('emulator.started', child.pid === undefined ? {} : { pid: child.pid });
  let stopping = false;
  child.on('exit', () => {
    if (!stopping) log.error('emulator.exited', {});
  });
  return {
    addresses: first.addresses,
    kill() {
      child.kill('SIGKILL');
    },
    async stop() {
      stopping = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    },
  };
}
