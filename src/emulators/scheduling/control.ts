import { livingResources, type Desk } from './desk.ts';
import { parseFault } from './faults.ts';
import { FhirError } from './fhirError.ts';
import type { Reply } from './interactions.ts';
import { isList, toJson, type Json } from './resource.ts';
import { statsOf } from './stats.ts';

/**
 * What is asked of the emulator from outside: `GET stats`, `GET state[?type=]`, `GET|POST|DELETE faults`, `DELETE faults/ID`.
 * A POST takes one fault or a list of them and answers with their ids.
 */
export function control(
  desk: Desk,
  method: string,
  path: readonly string[],
  query: URLSearchParams,
  body: Json | undefined,
): Reply {
  const [what, id] = path;
  switch (`${method} ${what}`) {
    case 'GET stats':
      return found(statsOf(desk.world.store, desk.requests));
    case 'GET state':
      return found(livingResources(desk.world.store, query.get('type') ?? undefined));
    case 'GET faults':
      return found(desk.faults.list());
    case 'DELETE faults':
      desk.faults.clear(id);
      return { status: 204, headers: {} };
    case 'POST faults': {
      const faults = (isList(body) ? body : [body ?? null]).map(parseFault);
      const good = faults.filter((fault) => fault !== null);
      if (good.length !== faults.length) throw new FhirError(400, 'value', 'that is no fault on the menu');
      return { status: 201, headers: {}, body: good.map((fault) => desk.faults.add(fault)) };
    }
    default:
      throw new FhirError(404, 'not-found', `no control ${method} ${path.join('/')}`);
  }
}

function found(value: unknown): Reply {
  return { status: 200, headers: {}, body: toJson(value) };
}
