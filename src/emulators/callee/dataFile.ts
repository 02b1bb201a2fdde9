import { isObject, type JsonObject } from '../wire/json.ts';

/**
 * Reads a value out of a data file and says exactly where it is wrong: `hang-on.json: rules[2].times: expected ...`.
 * A broken data file is a broken program: it throws.
 */
export class Field {
  readonly value: unknown;
  private readonly file: string;
  /** Where in the file, from its outermost value; empty for that. */
  private readonly path: string;

  constructor(value: unknown, file: string, path = '') {
    this.value = value;
    this.file = file;
    this.path = path;
  }

  private get place(): string {
    return this.path === '' ? this.file : `${this.file}: ${this.path}`;
  }

  fail(expected: string): never {
    throw new Error(`${this.place}: expected ${expected}, found ${JSON.stringify(this.value) ?? 'nothing'}`);
  }

  get present(): boolean {
    return this.value !== undefined;
  }

  /** An object; a field that is not among `names` is a slip of the pen. */
  fields(names: readonly string[]): (name: string) => Field {
    const { value } = this;
    if (!isObject(value)) return this.fail('an object');
    for (const name of Object.keys(value)) {
      if (!names.includes(name))
        throw new Error(`${this.place}: unknown field "${name}"; known are ${names.join(', ')}`);
    }
    return (name) => new Field(value[name], this.file, this.path === '' ? name : `${this.path}.${name}`);
  }

  object(): JsonObject {
    return isObject(this.value) ? this.value : this.fail('an object');
  }

  list(): readonly Field[] {
    if (!Array.isArray(this.value)) return this.fail('a list');
    const values: readonly unknown[] = this.value;
    return values.map((value, index) => new Field(value, this.file, `${this.path}[${index}]`));
  }

  text(): string {
    return typeof this.value === 'string' && this.value !== '' ? this.value : this.fail('a text');
  }

  /** A finite number, not negative. */
  number(): number {
    const { value } = this;
    return typeof value === 'number' && Number.isFinite(value) && value >= 0
      ? value
      : this.fail('a number, 0 or more');
  }

  /** Two numbers, the lower first; one number stands for both. */
  range(): readonly [number, number] {
    if (typeof this.value === 'number') return [this.number(), this.number()];
    const [low, high, more] = this.list().map((field) => field.number());
    if (low === undefined || high === undefined || more !== undefined || low > high)
      return this.fail('[low, high]');
    return [low, high];
  }

  oneOf<T extends string>(allowed: readonly T[]): T {
    return allowed.find((name) => name === this.value) ?? this.fail(`one of ${allowed.join(', ')}`);
  }

  /** What `read` makes of the field when it is there. */
  maybe<T>(read: (field: Field) => T): T | undefined {
    return this.present ? read(this) : undefined;
  }
}
