/**
 * Runs one WebAssembly command to its end, synchronously, with its files in memory.
 *
 * Only the thirteen calls that Flite makes are here. Node's own `node:wasi` is not used: it crashes the process
 * (segmentation fault) after a dozen instances of this very module on Node 20.
 */

/** What the command left behind. */
export interface CommandRun {
  readonly exitCode: number;
  readonly stdout: string;
  /** Files that it opened, by name; `bytes` is empty for one that it never wrote. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

const OK = 0;
const BAD_DESCRIPTOR = 8;
const FIRST_FILE = 4;
const ROOT = 3;

class Exit extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

class MemoryFile {
  private data = new Uint8Array(65_536);
  private size = 0;
  private position = 0;

  get bytes(): Uint8Array {
    return this.data.subarray(0, this.size);
  }

  write(bytes: Uint8Array): void {
    const end = this.position + bytes.length;
    if (end > this.data.length) {
      const larger = new Uint8Array(end * 2);
      larger.set(this.bytes);
      this.data = larger;
    }
    this.data.set(bytes, this.position);
    this.position = end;
    this.size = Math.max(this.size, end);
  }

  seek(offset: number, whence: number): number {
    const from = whence === 0 ? 0 : whence === 1 ? this.position : this.size;
    this.position = from + offset;
    return this.position;
  }
}

class Host {
  readonly files = new Map<string, MemoryFile>();
  stdout = '';
  private readonly open = new Map<number, MemoryFile>();
  private readonly args: readonly Uint8Array[];
  private readonly memory: () => WebAssembly.Memory;
  private nextDescriptor = FIRST_FILE;

  constructor(argv: readonly string[], memory: () => WebAssembly.Memory) {
    const encoder = new TextEncoder();
    this.args = argv.map((argument) => encoder.encode(`${argument}\0`));
    this.memory = memory;
  }

  private view(): DataView {
    return new DataView(this.memory().buffer);
  }

  private bytes(at: number, length: number): Uint8Array {
    return new Uint8Array(this.memory().buffer, at, length);
  }

  argsGet(pointers: number, buffer: number): number {
    let at = buffer;
    for (const [index, argument] of this.args.entries()) {
      this.view().setUint32(pointers + 4 * index, at, true);
      this.bytes(at, argument.length).set(argument);
      at += argument.length;
    }
    return OK;
  }

  argsSizes(count: number, size: number): number {
    this.view().setUint32(count, this.args.length, true);
    const total = this.args.reduce((sum, argument) => sum + argument.length, 0);
    this.view().setUint32(size, total, true);
    return OK;
  }

  /** A fixed time: the same text always gives the same audio. */
  clock(result: number): number {
    this.view().setBigUint64(result, 0n, true);
    return OK;
  }

  descriptorState(descriptor: number, result: number): number {
    const characterDevice = 2;
    const directory = 3;
    const regularFile = 4;
    this.bytes(result, 24).fill(0);
    const type = descriptor < ROOT ? characterDevice : descriptor === ROOT ? directory : regularFile;
    this.view().setUint8(result, type);
    this.view().setBigUint64(result + 8, 0xffff_ffffn, true);
    this.view().setBigUint64(result + 16, 0xffff_ffffn, true);
    return OK;
  }

  prestat(descriptor: number, result: number): number {
    if (descriptor !== ROOT) return BAD_DESCRIPTOR;
    this.view().setUint32(result, 0, true);
    this.view().setUint32(result + 4, 1, true);
    return OK;
  }

  prestatName(name: number): number {
    this.bytes(name, 1)[0] = '.'.charCodeAt(0);
    return OK;
  }

  read(result: number): number {
    this.view().setUint32(result, 0, true);
    return OK;
  }

  seek(descriptor: number, offset: bigint, whence: number, result: number): number {
    const file = this.open.get(descriptor);
    if (file === undefined) return BAD_DESCRIPTOR;
    this.view().setBigUint64(result, BigInt(file.seek(Number(offset), whence)), true);
    return OK;
  }

  write(descriptor: number, vectors: number, count: number, result: number): number {
    const file = this.open.get(descriptor);
    if (file === undefined && descriptor >= ROOT) return BAD_DESCRIPTOR;
    let written = 0;
    for (let index = 0; index < count; index += 1) {
      const at = this.view().getUint32(vectors + 8 * index, true);
      const part = this.bytes(at, this.view().getUint32(vectors + 8 * index + 4, true));
      if (file !== undefined) file.write(part);
      else if (descriptor === 1) this.stdout += String.fromCharCode(...part);
      written += part.length;
    }
    this.view().setUint32(result, written, true);
    return OK;
  }

  openPath(path: number, length: number, result: number): number {
    const file = new MemoryFile();
    this.files.set(String.fromCharCode(...this.bytes(path, length)), file);
    this.open.set(this.nextDescriptor, file);
    this.view().setUint32(result, this.nextDescriptor, true);
    this.nextDescriptor += 1;
    return OK;
  }

  close(descriptor: number): number {
    return this.open.delete(descriptor) ? OK : BAD_DESCRIPTOR;
  }
}

/**
 * Instantiates `command` and runs it with `argv` (the program's name first) until it ends.
 * Blocks the thread meanwhile; a trap inside the module is thrown as the engine throws it.
 */
export function runCommand(command: WebAssembly.Module, argv: readonly string[]): CommandRun {
  let memory: WebAssembly.Memory | undefined;
  const host = new Host(argv, () => {
    if (memory === undefined) throw new Error('the module called the host before it had memory');
    return memory;
  });
  const instance = new WebAssembly.Instance(command, { wasi_snapshot_preview1: callsOf(host) });
  const { memory: exported, _start: start } = instance.exports;
  if (!(exported instanceof WebAssembly.Memory) || typeof start !== 'function') {
    throw new Error('not a WASI command: it exports no memory or no _start');
  }
  memory = exported;
  let exitCode = 0;
  try {
    start();
  } catch (thrown) {
    if (!(thrown instanceof Exit)) throw thrown;
    exitCode = thrown.code;
  }
  const files = new Map([...host.files].map(([name, file]) => [name, file.bytes] as const));
  return { exitCode, stdout: host.stdout, files };
}

function callsOf(host: Host): WebAssembly.ModuleImports {
  return {
    args_get: (pointers: number, buffer: number) => host.argsGet(pointers, buffer),
    args_sizes_get: (count: number, size: number) => host.argsSizes(count, size),
    clock_time_get: (_id: number, _precision: bigint, result: number) => host.clock(result),
    fd_close: (descriptor: number) => host.close(descriptor),
    fd_fdstat_get: (descriptor: number, result: number) => host.descriptorState(descriptor, result),
    fd_fdstat_set_flags: () => OK,
    fd_prestat_get: (descriptor: number, result: number) => host.prestat(descriptor, result),
    fd_prestat_dir_name: (_descriptor: number, name: number) => host.prestatName(name),
    fd_read: (_descriptor: number, _vectors: number, _count: number, result: number) => host.read(result),
    fd_seek: (descriptor: number, offset: bigint, whence: number, result: number) =>
      host.seek(descriptor, offset, whence, result),
    fd_write: (descriptor: number, vectors: number, count: number, result: number) =>
      host.write(descriptor, vectors, count, result),
    path_open: (...args: readonly number[]) => host.openPath(args[2] ?? 0, args[3] ?? 0, args[8] ?? 0),
    proc_exit: (code: number) => {
      throw new Exit(code);
    },
  };
}
