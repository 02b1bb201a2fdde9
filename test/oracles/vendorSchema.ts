import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Ajv } from 'ajv';

interface Oracle {
  readonly sdk: string;
  readonly version: string;
  readonly schema: object;
}

const here = dirname(fileURLToPath(import.meta.url));

function read(name: 'deepgram' | 'anthropic'): Oracle {
  const oracle: Oracle = JSON.parse(readFileSync(join(here, `${name}.json`), 'utf8'));
  return oracle;
}

/**
 * JSON Schemas made from a vendor's own SDK types. When the SDK moves on they are made again: put the lines of `source`
 * in a file, run the named generator on it, and record the new version.
 */
export function vendorSchema(name: 'deepgram' | 'anthropic'): {
  readonly sdk: string;
  readonly recorded: string;
  /** What is wrong with a message; empty when it is of the named type. */
  readonly problems: (definition: string, message: unknown) => readonly string[];
} {
  const { sdk, version, schema } = read(name);
  const ajv = new Ajv({ allErrors: true, strict: false });
  ajv.addSchema(schema, name);
  return {
    sdk,
    recorded: version,
    problems(definition, message) {
      const validate = ajv.getSchema(`${name}#/definitions/${definition}`);
      if (validate === undefined) throw new Error(`no definition ${definition}`);
      if (validate(message) === true) return [];
      return (validate.errors ?? []).map(({ instancePath, message: text, params }) => {
        const extra: unknown = params['additionalProperty'];
        return `${instancePath} ${text ?? ''}${typeof extra === 'string' ? `: ${extra}` : ''}`;
      });
    },
  };
}

/** The version of a package as it is installed. */
export function installedVersion(sdk: string): string {
  const manifest = join(here, '..', '..', 'node_modules', sdk, 'package.json');
  const { version }: { readonly version: string } = JSON.parse(readFileSync(manifest, 'utf8'));
  return version;
}
