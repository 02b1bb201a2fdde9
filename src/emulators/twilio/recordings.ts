import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Call, RecordingRequest } from './call.ts';
import type { Faults } from './faults.ts';
import type { Leg } from './leg.ts';
import { FRAME_BYTES, FRAME_MS, mix, SILENCE } from './mulaw.ts';
import { newSid } from './sids.ts';
import { rfc2822, type EmulatorTime } from './time.ts';
import { wavOfMulaw } from './wav.ts';
import type { Webhooks } from './webhooks.ts';

export interface Recording {
  readonly sid: string;
  readonly call: Call;
  readonly request: RecordingRequest;
  readonly source: 'OutboundAPI' | 'StartCallRecordingAPI';
  readonly startedMs: number;
  updatedMs: number;
  status: 'in-progress' | 'processing' | 'completed' | 'absent';
  durationS: number | null;
  errorCode: number | null;
}

/** Frames are written out in pieces of two seconds, so that a long call costs no memory. */
const PIECE_FRAMES = 100;
/** One frame of inbound audio followed by one of outbound. */
const PAIR_BYTES = 2 * FRAME_BYTES;
/** Our own: the disk refused it. Twilio has no such code, since its disks are no concern of ours. */
const NOT_WRITTEN = 16100;

interface Running {
  readonly recording: Recording;
  piece: Buffer;
  filled: number;
  written: Promise<void>;
  readonly stop: () => void;
}

export interface RecordingsOptions {
  readonly accountSid: string;
  readonly apiUrl: () => string;
  readonly time: EmulatorTime;
  readonly faults: Faults;
  readonly webhooks: Webhooks;
  /** null = a temporary folder. */
  readonly dir: string | null;
  readonly delayMs: number;
}

/** Records calls to disk, and tells when a recording is ready: always after the call's own last callback. */
export class Recordings {
  readonly #options: RecordingsOptions;
  readonly #all = new Map<string, Recording>();
  readonly #running = new Map<Recording, Running>();
  readonly #finishing = new Set<Promise<void>>();
  #dir: Promise<string> | null = null;

  constructor(options: RecordingsOptions) {
    this.#options = options;
  }

  /** Newest first, as lists are. */
  list(): readonly Recording[] {
    return [...this.#all.values()].toReversed();
  }

  get(sid: string): Recording | undefined {
    return this.#all.get(sid);
  }

  /** Where the media is, without `.wav`. */
  url(recording: Recording): string {
    const { accountSid, apiUrl } = this.#options;
    return `${apiUrl()}/2010-04-01/Accounts/${accountSid}/Recordings/${recording.sid}`;
  }

  /** The recording's WAV (first channel the callee, second what was played to them); null while it is not ready. */
  async media(recording: Recording, channels: 1 | 2): Promise<Buffer | null> {
    if (recording.status !== 'completed') return null;
    const pairs = await readFile(join(await this.#folder(), `${recording.sid}.ulaw`));
    return wavOfMulaw(pick(pairs, recording.request, channels));
  }

  async delete(recording: Recording): Promise<void> {
    this.#all.delete(recording.sid);
    await rm(join(await this.#folder(), `${recording.sid}.ulaw`), { force: true });
  }

  /** Starts recording a live leg. */
  begin(call: Call, leg: Leg, request: RecordingRequest, source: Recording['source']): Recording {
    const now = this.#options.time.nowMs();
    const recording: Recording = {
      sid: newSid('RE'),
      call,
      request,
      source,
      startedMs: now,
      updatedMs: now,
      status: 'in-progress',
      durationS: null,
      errorCode: null,
    };
    const tap = (inbound: Uint8Array, outbound: Uint8Array): void => this.#take(running, inbound, outbound);
    const running: Running = {
      recording,
      piece: Buffer.alloc(PIECE_FRAMES * PAIR_BYTES),
      filled: 0,
      written: Promise.resolve(),
      stop: () => leg.taps.delete(tap),
    };
    leg.taps.add(tap);
    this.#all.set(recording.sid, recording);
    this.#running.set(recording, running);
    this.#tell(recording, 'in-progress');
    return recording;
  }

  /** Ends every recording of a call that is over. */
  async finishCall(call: Call): Promise<void> {
    const running = [...this.#running.values()].filter((one) => one.recording.call === call);
    await Promise.all(running.map((one) => this.finish(one.recording)));
  }

  /** Ends a recording; it is ready after the usual delay. */
  async finish(recording: Recording): Promise<void> {
    const running = this.#running.get(recording);
    if (running === undefined) return;
    running.stop();
    this.#running.delete(recording);
    recording.status = 'processing';
    const finishing = this.#finish(running);
    this.#finishing.add(finishing);
    await finishing;
    this.#finishing.delete(finishing);
  }

  async #finish(running: Running): Promise<void> {
    const { recording } = running;
    this.#writeOut(running);
    await running.written;
    const pairs = recording.errorCode === null ? await this.#trim(recording) : Buffer.alloc(0);
    const absent = this.#options.faults.use('recording_absent', recording.call.request.to);
    const errorCode = absent?.errorCode ?? recording.errorCode ?? (pairs.byteLength === 0 ? 16102 : null);
    this.#options.time.after(this.#options.delayMs, () => {
      recording.status = errorCode === null ? 'completed' : 'absent';
      recording.errorCode = errorCode;
      recording.durationS =
        errorCode === null ? Math.max(1, Math.round((pairs.byteLength / PAIR_BYTES) * FRAME_MS * 0.001)) : 0;
      recording.updatedMs = this.#options.time.nowMs();
      this.#tell(recording, recording.status);
    });
  }

  async #trim(recording: Recording): Promise<Buffer> {
    const path = join(await this.#folder(), `${recording.sid}.ulaw`);
    const whole = await readFile(path);
    if (!recording.request.trimSilence) return whole;
    const pairs = withoutSilentEnds(whole);
    await writeFile(path, pairs);
    return pairs;
  }

  async close(): Promise<void> {
    for (const running of this.#running.values()) running.stop();
    await Promise.all([...this.#finishing, ...[...this.#running.values()].map((running) => running.written)]);
    if (this.#dir !== null && this.#options.dir === null) await rm(await this.#dir, { recursive: true });
  }

  #take(running: Running, inbound: Uint8Array, outbound: Uint8Array): void {
    const at = running.filled * PAIR_BYTES;
    running.piece.set(inbound, at);
    running.piece.set(outbound, at + FRAME_BYTES);
    running.filled += 1;
    if (running.filled === PIECE_FRAMES) this.#writeOut(running);
  }

  #writeOut(running: Running): void {
    const piece = running.piece.subarray(0, running.filled * PAIR_BYTES);
    running.piece = Buffer.alloc(PIECE_FRAMES * PAIR_BYTES);
    running.filled = 0;
    running.written = this.#append(running, running.written, piece);
  }

  /** Writes after what was written before. A disk that is full costs the recording, not the call. */
  async #append(running: Running, before: Promise<void>, piece: Buffer): Promise<void> {
    await before;
    try {
      await appendFile(join(await this.#folder(), `${running.recording.sid}.ulaw`), piece);
    } catch {
      running.recording.errorCode = NOT_WRITTEN;
    }
  }

  #folder(): Promise<string> {
    this.#dir ??= this.#makeFolder();
    return this.#dir;
  }

  async #makeFolder(): Promise<string> {
    const { dir } = this.#options;
    if (dir === null) return mkdtemp(join(tmpdir(), 'phone-company-'));
    await mkdir(dir, { recursive: true });
    return dir;
  }

  #tell(recording: Recording, status: string): void {
    const { request, call } = recording;
    if (request.callback === null || !request.callbackEvents.has(status)) return;
    const { accountSid, webhooks } = this.#options;
    void webhooks.send({
      purpose: 'recording',
      url: request.callback,
      method: request.callbackMethod,
      to: call.request.to,
      callSid: call.sid,
      params: [
        ['AccountSid', accountSid],
        ['CallSid', call.sid],
        ['RecordingSid', recording.sid],
        ['RecordingUrl', this.url(recording)],
        ['RecordingStatus', status],
        ['RecordingDuration', String(recording.durationS ?? -1)],
        ['RecordingChannels', String(request.channels)],
        ['RecordingStartTime', rfc2822(recording.startedMs)],
        ['RecordingSource', recording.source],
        ['RecordingTrack', request.track],
        ['ErrorCode', String(recording.errorCode ?? 0)],
      ],
    });
  }
}

/** Without leading and trailing frames in which nobody made a sound. */
function withoutSilentEnds(pairs: Buffer): Buffer {
  const silent = (at: number): boolean =>
    pairs.subarray(at, at + PAIR_BYTES).every((code) => code === SILENCE || code === 0x7f);
  let from = 0;
  let to = pairs.byteLength;
  while (from < to && silent(from)) from += PAIR_BYTES;
  while (to > from && silent(to - PAIR_BYTES)) to -= PAIR_BYTES;
  return pairs.subarray(from, to);
}

/** The channels asked for, each as one run of mu-law. */
function pick(pairs: Buffer, request: RecordingRequest, channels: 1 | 2): Uint8Array[] {
  const frames = pairs.byteLength / PAIR_BYTES;
  const inbound = new Uint8Array(frames * FRAME_BYTES);
  const outbound = new Uint8Array(frames * FRAME_BYTES);
  for (let frame = 0; frame < frames; frame += 1) {
    const at = frame * PAIR_BYTES;
    inbound.set(pairs.subarray(at, at + FRAME_BYTES), frame * FRAME_BYTES);
    outbound.set(pairs.subarray(at + FRAME_BYTES, at + PAIR_BYTES), frame * FRAME_BYTES);
  }
  if (request.track === 'inbound') return [inbound];
  if (request.track === 'outbound') return [outbound];
  if (request.channels === 2 && channels === 2) return [inbound, outbound];
  return [mix([inbound, outbound])];
}
