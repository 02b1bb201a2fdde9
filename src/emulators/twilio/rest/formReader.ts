import { restError, type RestError } from './errors.ts';

/** Reads one form field after another and remembers the first thing wrong. Empty values count as absent, as at Twilio. */
export class FormReader {
  readonly #form: URLSearchParams;
  #error: RestError | null = null;

  constructor(form: URLSearchParams) {
    this.#form = form;
  }

  get error(): RestError | null {
    return this.#error;
  }

  refuse(code: number, message: string): void {
    this.#error ??= restError(400, code, message);
  }

  has(name: string): boolean {
    return this.text(name) !== null;
  }

  text(name: string): string | null {
    const value = this.#form.get(name);
    return value === null || value === '' ? null : value;
  }

  oneOf<Value extends string>(name: string, allowed: readonly Value[], code = 20001): Value | null {
    const given = this.text(name);
    if (given === null) return null;
    const value = allowed.find((one) => one === given);
    if (value === undefined) this.refuse(code, `Invalid parameter '${name}': ${given}`);
    return value ?? null;
  }

  /** A repeated field, or one with several values separated by spaces. */
  list<Value extends string>(name: string, allowed: readonly Value[], code: number): readonly Value[] {
    const given = this.#form.getAll(name).flatMap((value) => value.split(' ').filter((one) => one !== ''));
    const values: Value[] = [];
    for (const one of given) {
      const value = allowed.find((candidate) => candidate === one);
      if (value === undefined) this.refuse(code, `Invalid parameter '${name}': ${one}`);
      else values.push(value);
    }
    return values;
  }

  method(name: string): 'GET' | 'POST' {
    const given = this.text(name);
    if (given === null) return 'POST';
    const upper = given.toUpperCase();
    if (upper === 'GET' || upper === 'POST') return upper;
    this.refuse(21209, `Invalid '${name}': ${given}`);
    return 'POST';
  }

  boolean(name: string, otherwise: boolean): boolean {
    const value = this.oneOf(name, ['true', 'false']);
    return value === null ? otherwise : value === 'true';
  }

  integer(name: string, min: number, max: number, otherwise: number, code = 20001): number {
    const given = this.text(name);
    if (given === null) return otherwise;
    const value = Number(given);
    if (/^\d+$/.test(given) && value >= min && value <= max) return value;
    this.refuse(code, `Invalid parameter '${name}': ${given} is not a whole number from ${min} to ${max}`);
    return otherwise;
  }

  /** An absolute http(s) URL; a host with an underscore is refused, as Twilio does. */
  url(name: string, code: number): string | null {
    const given = this.text(name);
    if (given === null) return null;
    const url = URL.canParse(given) ? new URL(given) : null;
    if (url !== null && /^https?:$/.test(url.protocol) && !url.hostname.includes('_')) return given;
    this.refuse(code, `${name} is not a valid URL: ${given}`);
    return null;
  }
}
