import type { Handset, PhoneLine } from '../phone.ts';
import { FRAME_BYTES, SILENCE } from '../voice/mulaw.ts';
import type { CallRecord } from './callRecord.ts';
import type { Ear } from './ear.ts';
import type { CalleeEvent } from './events.ts';
import type { Mouth } from './mouth.ts';
import type { Occupant } from './occupant.ts';

const FRAME_MS = 20;

/** The parts of a handset, put together for one call. */
export interface HandsetParts {
  readonly ear: Ear;
  readonly mouth: Mouth;
  readonly occupant: Occupant;
  /** Where the events of this call go. */
  readonly tell: (event: CalleeEvent) => void;
  /** Opens the recording when the call is connected. */
  readonly record: () => CallRecord;
  /** Called once the call is over. */
  readonly over: (record: CallRecord | undefined) => void;
}

/** A handset whose clock is the frames that pass through it. */
export function createHandset(parts: HandsetParts): Handset {
  const { ear, mouth, occupant, tell } = parts;
  let line: PhoneLine | undefined;
  let record: CallRecord | undefined;
  let ticks = 0;
  let state: 'ringing' | 'talking' | 'hung_up' | 'over' = 'ringing';

  function end(by: 'callee' | 'far_side'): void {
    const atMs = ticks * FRAME_MS;
    mouth.stop(atMs);
    const { text } = ear;
    const words = ear.forget();
    const [first] = words;
    const last = words.at(-1);
    if (first !== undefined && last !== undefined) {
      tell({ kind: 'heard', atMs: first.startMs, endMs: last.endMs, text, question: 'unanswered', words });
    }
    tell({ kind: 'hung_up', atMs, by });
  }

  return {
    connected(connectedLine) {
      line = connectedLine;
      record = parts.record();
      state = 'talking';
      tell({ kind: 'answered', atMs: 0 });
    },
    tick(earpiece) {
      if (state !== 'talking') return new Uint8Array(FRAME_BYTES).fill(SILENCE);
      const atMs = ticks * FRAME_MS;
      const wish = occupant.tick(atMs, ear.hear(earpiece));
      const frame = mouth.frame(atMs);
      record?.add(frame, earpiece);
      ticks += 1;
      if (wish?.kind === 'press') {
        tell({ kind: 'pressed', atMs, digit: wish.digit });
        line?.dtmf(wish.digit);
      } else if (wish?.kind === 'hang_up') {
        state = 'hung_up';
        end('callee');
        line?.hangUp();
      }
      return frame;
    },
    disconnected() {
      if (state === 'over') return;
      if (state === 'talking') end('far_side');
      state = 'over';
      parts.over(record);
    },
  };
}
