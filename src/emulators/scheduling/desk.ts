import { capabilityStatement } from './capabilities.ts';
import type { Fault, FaultMenu } from './faults.ts';
import { FhirError } from './fhirError.ts';
import { interact, type FhirCall, type Reply, type World } from './interactions.ts';
import { isResource, localReference, textAt, type Resource } from './resource.ts';
import type { Store } from './store.ts';
import { processBundle } from './transaction.ts';

/** What stands behind the counter of one running emulator. */
export interface Desk {
  readonly world: World;
  readonly faults: FaultMenu;
  /** How often each method, type and status occurred. */
  readonly requests: Map<string, number>;
  readonly now: () => number;
  readonly token: string | undefined;
}

export function livingResources(store: Store, type: string | undefined): readonly Resource[] {
  return type === undefined ? store.types().flatMap((each) => store.list(each)) : store.list(type);
}

/** Answers one FHIR request, faults included; `cut` means that the socket is to be destroyed without an answer. */
export async function answer(
  desk: Desk,
  call: FhirCall,
  authorization: string | undefined,
): Promise<Reply | 'cut'> {
  if (call.path[0] === 'metadata') {
    return { status: 200, headers: {}, body: capabilityStatement(desk.world.base, desk.now()) };
  }
  if (desk.token !== undefined && authorization !== `Bearer ${desk.token}`) {
    throw new FhirError(401, 'login', 'a Bearer token is needed', { 'www-authenticate': 'Bearer' });
  }
  const struck = desk.faults.strike({ method: call.method, type: call.path[0], id: call.path[1] });
  for (const fault of struck) await before(desk.world, fault, call);
  const stale = struck.find((fault) => fault.kind === 'stale_reads');
  const effective: FhirCall = {
    ...call,
    asOf: stale ? desk.now() - stale.lagMs : Number.POSITIVE_INFINITY,
    doubleBookAllowed: struck.some((fault) => fault.kind === 'double_book_allowed'),
  };
  const bundled = call.path.length === 0 && call.method === 'POST';
  const reply = bundled ? processBundle(desk.world, effective) : interact(desk.world, effective);
  return after(desk.world, struck, reply);
}

async function before(world: World, fault: Fault, call: FhirCall): Promise<void> {
  switch (fault.kind) {
    case 'slow':
      await new Promise((waited) => setTimeout(waited, fault.delayMs).unref());
      return;
    case 'too_many_requests':
      throw new FhirError(429, 'throttled', 'too many requests', {
        'retry-after': String(fault.retryAfterSeconds),
      });
    case 'unavailable':
      throw new FhirError(503, 'transient', 'closed for maintenance');
    case 'slot_taken': {
      const slot = localReference(textAt(call.body, 'slot.reference') ?? '').split('/')[1] ?? '';
      const current = world.store.read('Slot', slot)?.resource;
      if (current) world.store.update('Slot', slot, { ...current, status: 'busy' }, 'PUT');
      throw new FhirError(409, 'conflict', `Slot/${slot} is taken`);
    }
    case 'version_moved': {
      const [type = '', id = ''] = call.path;
      const current = world.store.read(type, id)?.resource;
      if (current) world.store.update(type, id, current, 'PUT');
      return;
    }
    default:
  }
}

async function after(world: World, struck: readonly Fault[], reply: Reply): Promise<Reply | 'cut'> {
  const created = reply.body;
  if (struck.some((fault) => fault.kind === 'vanish') && reply.status === 201 && isResource(created)) {
    world.store.erase(created.resourceType, created.id ?? '');
  }
  const hang = struck.find((fault) => fault.kind === 'commit_then_timeout');
  if (!hang) return reply;
  await new Promise((waited) => setTimeout(waited, hang.holdMs).unref());
  return 'cut';
}
