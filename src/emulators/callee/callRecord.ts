import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FRAME_BYTES } from '../voice/mulaw.ts';
import type { CalleeCall, CalleeEvent } from './events.ts';
import { WavFile } from './wavFile.ts';

/**
 * What is kept of one call: `<callSid>.wav` (left the callee, right what the callee heard) and `<callSid>.json` (the
 * truth about it: who was called and every event). A disk that fails ends the recording, not the call.
 */
export class CallRecord {
  private readonly call: CalleeCall;
  private readonly folder: string;
  private readonly tell: (detail: string) => void;
  private wav: WavFile | undefined;
  private frames = 0;

  constructor(call: CalleeCall, folder: string, tell: (detail: string) => void) {
    this.call = call;
    this.folder = folder;
    this.tell = tell;
    this.attempt(() => {
      this.wav = new WavFile(join(folder, `${call.callSid}.wav`));
    });
  }

  add(callee: Uint8Array, heard: Uint8Array): void {
    if (this.wav === undefined) return;
    this.frames += 1;
    this.attempt(() => this.wav?.add(callee, heard));
  }

  close(events: readonly CalleeEvent[]): void {
    const { wav } = this;
    if (wav === undefined) return;
    this.wav = undefined;
    this.attempt(() => {
      wav.close();
      const durationMs = (this.frames * FRAME_BYTES) / 8;
      const truth = { ...this.call, durationMs, events };
      writeFileSync(join(this.folder, `${this.call.callSid}.json`), `${JSON.stringify(truth, null, 1)}\n`);
    });
  }

  private attempt(work: () => void): void {
    try {
      work();
    } catch (thrown) {
      this.wav = undefined;
      this.tell(thrown instanceof Error ? thrown.message : String(thrown));
    }
  }
}
