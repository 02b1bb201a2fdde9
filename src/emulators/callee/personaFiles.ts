import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseEveryone, parsePersona, type Persona } from './persona.ts';

const SHIPPED = fileURLToPath(new URL('./personas/', import.meta.url));

/** What all have in common stands in this file of the folder. */
const EVERYONE = 'everyone.json';

/**
 * Reads every persona of a folder (the shipped ones unless told otherwise), by id. A file's name is its persona's id.
 * Throws with file, place and what was expected when one is broken.
 */
export function loadPersonas(folder: string = SHIPPED): ReadonlyMap<string, Persona> {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json') && file !== EVERYONE);
  const everyone = parseEveryone(read(folder, EVERYONE), EVERYONE);
  const personas = new Map<string, Persona>();
  for (const file of files) {
    const persona = parsePersona(read(folder, file), file, everyone);
    if (`${persona.id}.json` !== file) throw new Error(`${file}: its id is "${persona.id}"`);
    personas.set(persona.id, persona);
  }
  return personas;
}

function read(folder: string, file: string): unknown {
  try {
    return JSON.parse(readFileSync(`${folder}/${file}`, 'utf8'));
  } catch (thrown) {
    throw new Error(`${file}: ${thrown instanceof Error ? thrown.message : String(thrown)}`, {
      cause: thrown,
    });
  }
}
