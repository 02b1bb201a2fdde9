import { isObject, type Json } from './resource.ts';

/**
 * The fault menu: what can be asked to go wrong, from outside. Each fault is used up after `times` matching requests, or
 * stays until it is cleared. Faults that answer in place of the server never touch its state unless they say so.
 */
export type Fault =
  /** The write is done, but the answer never comes: the socket is cut after `holdMs`. */
  | ({ readonly kind: 'commit_then_timeout'; readonly holdMs: number } & Aim)
  /** The front desk was quicker: the slot that the request names turns busy, and the request gets 409. */
  | ({ readonly kind: 'slot_taken' } & Aim)
  /** Somebody else wrote the resource just before: its version moves on, and the request's If-Match is wrong. */
  | ({ readonly kind: 'version_moved' } & Aim)
  /** Reads and searches answer from the state `lagMs` ago. */
  | ({ readonly kind: 'stale_reads'; readonly lagMs: number } & Aim)
  | ({ readonly kind: 'too_many_requests'; readonly retryAfterSeconds: number } & Aim)
  | ({ readonly kind: 'unavailable' } & Aim)
  /** A create is answered 201, and what was created is gone. */
  | ({ readonly kind: 'vanish' } & Aim)
  /** A taken slot can be booked again. */
  | ({ readonly kind: 'double_book_allowed' } & Aim)
  | ({ readonly kind: 'slow'; readonly delayMs: number } & Aim);

/** Which requests a fault is for; what is left out matches everything that the kind of fault makes sense for. */
interface Aim {
  readonly method?: string;
  readonly type?: string;
  readonly id?: string;
  readonly times: number | 'until_cleared';
  /** How many matching requests pass unharmed first. */
  readonly skip?: number;
}

export interface FaultRequest {
  readonly method: string;
  readonly type: string | undefined;
  readonly id: string | undefined;
}

const WRITES = ['POST', 'PUT', 'PATCH', 'DELETE'];

function suits(kind: Fault['kind'], request: FaultRequest): boolean {
  switch (kind) {
    case 'commit_then_timeout':
      return WRITES.includes(request.method);
    case 'slot_taken':
      return request.type === 'Appointment' && ['POST', 'PUT'].includes(request.method);
    case 'double_book_allowed':
      return WRITES.includes(request.method);
    case 'version_moved':
      return ['PUT', 'PATCH', 'DELETE'].includes(request.method);
    case 'stale_reads':
      return request.method === 'GET';
    case 'vanish':
      return request.method === 'POST';
    default:
      return true;
  }
}

interface Armed {
  readonly id: string;
  readonly fault: Fault;
  skip: number;
  left: number;
}

/** The faults in force, in the order they were asked for. */
export class FaultMenu {
  #armed: Armed[] = [];
  #count = 0;

  add(fault: Fault): string {
    const id = `fault-${++this.#count}`;
    const left = fault.times === 'until_cleared' ? Number.POSITIVE_INFINITY : fault.times;
    this.#armed.push({ id, fault, skip: fault.skip ?? 0, left });
    return id;
  }

  list(): readonly { readonly id: string; readonly fault: Fault; readonly left: number | 'until_cleared' }[] {
    return this.#armed.map(({ id, fault, left }) => ({
      id,
      fault,
      left: Number.isFinite(left) ? left : 'until_cleared',
    }));
  }

  /** Removes one fault, or all. */
  clear(id?: string): void {
    this.#armed = id === undefined ? [] : this.#armed.filter((armed) => armed.id !== id);
  }

  /** The faults that strike this request; each is used up by one. */
  strike(request: FaultRequest): readonly Fault[] {
    const aimed = this.#armed.filter(({ fault }) => aimedAt(fault, request));
    const struck = aimed.filter(({ skip }) => skip === 0);
    for (const armed of aimed) {
      if (armed.skip > 0) armed.skip -= 1;
      else armed.left -= 1;
    }
    this.#armed = this.#armed.filter(({ left }) => left > 0);
    return struck.map(({ fault }) => fault);
  }
}

function aimedAt(fault: Fault, request: FaultRequest): boolean {
  if (fault.method !== undefined && fault.method !== request.method) return false;
  if (fault.type !== undefined && fault.type !== request.type) return false;
  if (fault.id !== undefined && fault.id !== request.id) return false;
  return suits(fault.kind, request);
}

const NUMBERS: Readonly<Partial<Record<Fault['kind'], string>>> = {
  commit_then_timeout: 'holdMs',
  stale_reads: 'lagMs',
  too_many_requests: 'retryAfterSeconds',
  slow: 'delayMs',
};
const KINDS: readonly Fault['kind'][] = [
  'commit_then_timeout',
  'slot_taken',
  'version_moved',
  'stale_reads',
  'too_many_requests',
  'unavailable',
  'vanish',
  'double_book_allowed',
  'slow',
];

/** A fault out of a control request's JSON, `times` being 1 when it is not said; null when it is none. */
export function parseFault(given: Json): Fault | null {
  if (!isObject(given)) return null;
  const fault = { ...given, times: given['times'] ?? 1 };
  return isFault(fault) ? fault : null;
}

function isFault(given: {
  readonly [key: string]: Json | undefined;
  readonly times: Json;
}): given is Fault & typeof given {
  const kind = KINDS.find((candidate) => candidate === given['kind']);
  if (kind === undefined) return false;
  if (given.times !== 'until_cleared' && !(typeof given.times === 'number' && given.times > 0)) return false;
  const number = NUMBERS[kind];
  return number === undefined || typeof given[number] === 'number';
}
