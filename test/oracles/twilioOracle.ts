import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';

interface Oracle {
  readonly schemas: Readonly<Record<string, Schema>>;
  readonly forms: Readonly<Record<FormName, { readonly properties: Readonly<Record<string, unknown>> }>>;
  readonly queries: Readonly<Record<'listCall' | 'listCallRecording', readonly string[]>>;
  readonly lists: Readonly<Record<ListName, Schema>>;
  readonly examples: Readonly<
    Record<ResourceName | 'calls' | 'recordings', Readonly<Record<string, unknown>>>
  >;
}

type Schema = Readonly<Record<string, unknown>>;
type ResourceName = 'call' | 'recording' | 'callRecording';
type FormName = 'createCall' | 'updateCall' | 'createCallRecording';
type ListName = 'calls' | 'recordings' | 'callRecordings';

const SCHEMA_OF: Readonly<Record<ResourceName, string>> = {
  call: 'api.v2010.account.call',
  recording: 'api.v2010.account.recording',
  callRecording: 'api.v2010.account.call.call_recording',
};

const RFC_2822 =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} \+0000$/;

/**
 * Twilio's OpenAPI as a judge of the emulator's answers. Its schemas require nothing and allow anything beside, so the keys
 * are compared with those of Twilio's own example too.
 */
export function twilioOracle(): {
  /** What is wrong with a resource; empty = nothing. */
  readonly problems: (resource: ResourceName, body: unknown) => readonly string[];
  readonly listProblems: (list: ListName, body: unknown) => readonly string[];
  readonly formFields: (form: FormName) => readonly string[];
} {
  const oracle: Oracle = JSON.parse(readFileSync(new URL('twilio-api-v2010.json', import.meta.url), 'utf8'));
  const ajv = new Ajv({ strict: false, allErrors: true });
  ajv.addFormat('date-time-rfc-2822', RFC_2822);
  ajv.addFormat('currency', /^[A-Z]{3}$/);
  ajv.addFormat('uri', /^(?:https?:\/\/|\/)\S+$/);
  ajv.addFormat('uri-map', { type: 'string', validate: () => true });
  ajv.addSchema({ $id: 'twilio', components: { schemas: mended(oracle.schemas) } });
  const named = (name: string): ValidateFunction =>
    ajv.compile({ $ref: `twilio#/components/schemas/${name}` });
  const compiled = new Map(Object.entries(SCHEMA_OF).map(([resource, name]) => [resource, named(name)]));
  const problems = (resource: ResourceName, body: unknown): readonly string[] => {
    const validate = compiled.get(resource);
    if (validate === undefined) throw new Error(`no schema ${resource}`);
    return [...check(validate, body), ...keyProblems(oracle.examples[resource], body)];
  };
  return {
    problems,
    listProblems: (list, body) => {
      const items = itemsOf(body, list === 'calls' ? 'calls' : 'recordings');
      const resource = list === 'calls' ? 'call' : list === 'recordings' ? 'recording' : 'callRecording';
      return [
        ...check(ajv.compile(absolute(mended(oracle.lists[list]))), body),
        ...keyProblems(oracle.examples[list === 'calls' ? 'calls' : 'recordings'], body),
        ...items.flatMap((item) => problems(resource, item)),
      ];
    },
    formFields: (form) => Object.keys(oracle.forms[form].properties),
  };
}

function check(validate: ValidateFunction, body: unknown): readonly string[] {
  void validate(body);
  return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ''}`);
}

function keyProblems(example: object, body: unknown): readonly string[] {
  const keys = typeof body === 'object' && body !== null ? Object.keys(body) : [];
  const wanted = Object.keys(example);
  return [
    ...wanted.filter((key) => !keys.includes(key)).map((key) => `${key} is missing`),
    ...keys.filter((key) => !wanted.includes(key)).map((key) => `${key} is not in the example`),
  ];
}

function itemsOf(body: unknown, key: string): readonly unknown[] {
  const items: unknown =
    typeof body === 'object' && body !== null
      ? Object.entries(body).find(([name]) => name === key)?.[1]
      : null;
  return Array.isArray(items) ? items : [];
}

/** OpenAPI 3.0 as JSON Schema: `nullable` without a type is dropped, a nullable enum may be null. */
function mended<T>(value: T): T;
function mended(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => mended(one));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(
    ([key, inner]: [string, unknown]) => [key, mended(inner)] as const,
  );
  const schema: Record<string, unknown> = Object.fromEntries(entries);
  if (schema['nullable'] === true && schema['type'] === undefined) delete schema['nullable'];
  if (schema['nullable'] === true && Array.isArray(schema['enum']))
    schema['enum'] = [...schema['enum'], null];
  return schema;
}

/** References within the specification, made references to the schema that was added. */
function absolute(schema: Schema): Schema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"twilio#/components/'));
}
