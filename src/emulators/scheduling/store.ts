import { FhirError } from './fhirError.ts';
import { isObject, type Resource } from './resource.ts';

/** One version of one resource; `resource` is null where the version is a deletion. */
export interface Version {
  readonly number: number;
  readonly at: number;
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly seeded: boolean;
  readonly resource: Resource | null;
}

type Shelf = Map<string, readonly Version[]>;

/**
 * Every version of every resource, in memory. A read may ask for the world as it was at an earlier instant, which is how
 * stale reads are made. Version lists are replaced, never changed, so a snapshot is a copy of the maps.
 */
export class Store {
  #shelves = new Map<string, Shelf>();
  #nextId = 1;
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  seed(resource: Resource): void {
    if (resource.id === undefined) throw new Error(`a seeded ${resource.resourceType} has no id`);
    if (this.versions(resource.resourceType, resource.id).length > 0) {
      throw new Error(`${resource.resourceType}/${resource.id} is seeded twice`);
    }
    this.#push(resource.resourceType, resource.id, 'POST', resource, true);
  }

  /** Null when there never was one; a version whose resource is null when it was deleted. */
  read(type: string, id: string, asOf = Number.POSITIVE_INFINITY): Version | null {
    return this.versions(type, id).findLast((version) => version.seeded || version.at <= asOf) ?? null;
  }

  /** Oldest first. */
  versions(type: string, id: string): readonly Version[] {
    return this.#shelves.get(type)?.get(id) ?? [];
  }

  types(): readonly string[] {
    return [...this.#shelves.keys()];
  }

  /** Everything of one type that is not deleted, in the order of creation. */
  list(type: string, asOf = Number.POSITIVE_INFINITY): readonly Resource[] {
    const ids = [...(this.#shelves.get(type)?.keys() ?? [])];
    return ids.flatMap((id) => {
      const resource = this.read(type, id, asOf)?.resource;
      return resource ? [resource] : [];
    });
  }

  create(resource: Resource): Resource {
    let id = `${resource.resourceType.toLowerCase()}-${this.#nextId++}`;
    while (this.versions(resource.resourceType, id).length > 0) {
      id = `${resource.resourceType.toLowerCase()}-${this.#nextId++}`;
    }
    return this.#push(resource.resourceType, id, 'POST', resource, false);
  }

  update(type: string, id: string, resource: Resource, method: 'PUT' | 'PATCH'): Resource {
    return this.#push(type, id, method, resource, false);
  }

  remove(type: string, id: string): void {
    const versions = this.versions(type, id);
    if (versions.at(-1)?.resource == null) return;
    const gone = {
      number: versions.length + 1,
      at: this.#now(),
      method: 'DELETE',
      seeded: false,
      resource: null,
    } as const;
    this.#shelf(type).set(id, [...versions, gone]);
  }

  /** As if it had never been written, history included. */
  erase(type: string, id: string): void {
    this.#shelf(type).delete(id);
  }

  snapshot(): () => void {
    const kept = new Map([...this.#shelves].map(([type, shelf]) => [type, new Map(shelf)]));
    return () => {
      this.#shelves = kept;
    };
  }

  #shelf(type: string): Shelf {
    const shelf = this.#shelves.get(type) ?? new Map<string, readonly Version[]>();
    this.#shelves.set(type, shelf);
    return shelf;
  }

  #push(type: string, id: string, method: Version['method'], given: Resource, seeded: boolean): Resource {
    if (!/^[A-Za-z0-9\-.]{1,64}$/.test(id)) throw new FhirError(400, 'value', `"${id}" is no FHIR id`);
    const versions = this.versions(type, id);
    const number = versions.length + 1;
    const at = this.#now();
    const meta = {
      ...(isObject(given['meta']) ? given['meta'] : {}),
      versionId: String(number),
      lastUpdated: new Date(at).toISOString(),
    };
    const resource: Resource = { ...given, resourceType: type, id, meta };
    this.#shelf(type).set(id, [...versions, { number, at, method, seeded, resource }]);
    return resource;
  }
}
