import { deferred } from './deferred.ts';
import type { Leg } from './leg.ts';
import { mix, silence } from './mulaw.ts';
import { orAbort } from './time.ts';

interface Member {
  readonly endOnExit: boolean;
  readonly startOnEnter: boolean;
  readonly muted: boolean;
  /** What this member said in the last tick. */
  said: Uint8Array;
  /** The conference is over for this member. */
  readonly leave: () => void;
}

export type MemberOptions = Pick<Member, 'endOnExit' | 'startOnEnter' | 'muted'>;

/** People on one line: everyone hears the others' last frame. Silent until somebody who starts it is in. */
class Room {
  readonly #members = new Set<Member>();
  #started = false;

  get size(): number {
    return this.#members.size;
  }

  /** Resolves when the conference ended for this leg; rejects when the signal aborts. */
  async stay(leg: Leg, options: MemberOptions, signal: AbortSignal): Promise<void> {
    const over = deferred<void>();
    const member: Member = { ...options, said: silence(), leave: over.resolve };
    this.#members.add(member);
    this.#started ||= options.startOnEnter;
    const unplug = this.#plug(leg, member);
    try {
      await orAbort(over.promise, signal);
    } finally {
      unplug();
      this.#members.delete(member);
      if (options.endOnExit) for (const other of this.#members) other.leave();
    }
  }

  #plug(leg: Leg, member: Member): () => void {
    return leg.plug({
      speak: (frame) => {
        if (!this.#started) return;
        const others = [...this.#members].filter((one) => one !== member && !one.muted);
        if (others.length > 0) frame.set(mix(others.map((one) => one.said)));
      },
      hear: (frame) => {
        member.said = frame.slice();
      },
    });
  }
}

/** Conferences by name; one exists while somebody is in it. */
export class Rooms {
  readonly #byName = new Map<string, Room>();

  /** Puts the leg into the room until the conference ends for it; rejects when the signal aborts. */
  async stay(name: string, leg: Leg, options: MemberOptions, signal: AbortSignal): Promise<void> {
    const room = this.#byName.get(name) ?? new Room();
    this.#byName.set(name, room);
    try {
      await room.stay(leg, options, signal);
    } finally {
      if (room.size === 0 && this.#byName.get(name) === room) this.#byName.delete(name);
    }
  }
}
