import type { ServerResponse } from 'node:http';

import { type HttpRequest, sendJson } from './http.ts';
import { isObject, numberOf, parseJson } from './json.ts';

/**
 * What can be asked to go wrong, from outside: by method call when the emulator is in the same process, by
 * POST /_emulator/faults when it is not. `times` says how often (default 1), `after` how many chances pass by first.
 */
export type Armed<F> = F & { readonly times?: number; readonly after?: number };

/** Every kind of a fault menu, with the names of the numbers that the kind needs. */
export type FaultKinds<F extends { readonly kind: string }> = Readonly<Record<F['kind'], readonly string[]>>;

export class FaultMenu<F extends { readonly kind: string }> {
  readonly #kinds: FaultKinds<F>;
  #armed: { readonly fault: F; left: number; skip: number }[] = [];

  constructor(kinds: FaultKinds<F>) {
    this.#kinds = kinds;
  }

  add(fault: Armed<F>): void {
    this.#armed.push({ fault, left: fault.times ?? 1, skip: fault.after ?? 0 });
  }

  clear(): void {
    this.#armed = [];
  }

  /** The first armed fault of this kind, used up by one; undefined when there is none. */
  take<K extends F['kind']>(kind: K): Extract<F, { readonly kind: K }> | undefined {
    const index = this.#armed.findIndex((armed) => armed.fault.kind === kind);
    const armed = this.#armed[index];
    if (armed === undefined) return undefined;
    if (armed.skip > 0) {
      armed.skip -= 1;
      return undefined;
    }
    armed.left -= 1;
    if (armed.left <= 0) this.#armed.splice(index, 1);
    return isKind<F, K>(armed.fault, kind) ? armed.fault : undefined;
  }

  /** Faults not used up yet. */
  list(): readonly { readonly fault: F; readonly left: number }[] {
    return this.#armed.map(({ fault, left }) => ({ fault, left }));
  }

  /** A fault out of a request's JSON; a text that says what is wrong with it when it is none. */
  parse(given: unknown): Armed<F> | string {
    if (!isObject(given)) return 'a fault is an object with a kind';
    const fields = given;
    if (!this.#isFault(given)) {
      return `unknown kind ${JSON.stringify(fields['kind'])}; there are ${Object.keys(this.#kinds).join(', ')}`;
    }
    const needs = Object.entries<readonly string[]>(this.#kinds).find(
      ([kind]) => kind === fields['kind'],
    )?.[1];
    const missing = (needs ?? []).filter((name) => numberOf(fields[name]) === undefined);
    return missing.length > 0 ? `${String(fields['kind'])} needs the numbers ${missing.join(', ')}` : given;
  }

  #isFault(given: object): given is Armed<F> {
    return 'kind' in given && typeof given.kind === 'string' && Object.hasOwn(this.#kinds, given.kind);
  }
}

function isKind<F extends { readonly kind: string }, K extends F['kind']>(
  fault: F,
  kind: K,
): fault is Extract<F, { readonly kind: K }> {
  return fault.kind === kind;
}

/**
 * Answers `GET /_emulator/stats` and `GET | POST | DELETE /_emulator/faults` (POST takes one fault or a list).
 * False when the request is for the vendor.
 */
export function answerControl<F extends { readonly kind: string }>(
  request: HttpRequest,
  response: ServerResponse,
  menu: FaultMenu<F>,
  stats: () => unknown,
): boolean {
  if (request.path === '/_emulator/stats') {
    sendJson(response, 200, stats());
    return true;
  }
  if (request.path !== '/_emulator/faults') return false;
  if (request.method === 'DELETE') menu.clear();
  if (request.method === 'POST') {
    const given = parseJson(request.body.toString('utf8'));
    const parsed = (Array.isArray(given) ? given : [given]).map((one: unknown) => menu.parse(one));
    const wrong = parsed.filter((one) => typeof one === 'string');
    if (wrong.length > 0) {
      sendJson(response, 400, { errors: wrong });
      return true;
    }
    for (const fault of parsed) if (typeof fault !== 'string') menu.add(fault);
  }
  sendJson(response, 200, { faults: menu.list() });
  return true;
}
