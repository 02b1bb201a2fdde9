import { RESOURCE_TYPES, type Json } from './resource.ts';
import { searchParametersOf } from './searchParameters.ts';

const INTERACTIONS = [
  'read',
  'vread',
  'search-type',
  'create',
  'update',
  'patch',
  'delete',
  'history-instance',
];

/** What `/metadata` says. */
export function capabilityStatement(base: string, now: number): Json {
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    kind: 'instance',
    date: new Date(now).toISOString(),
    fhirVersion: '4.0.1',
    format: ['application/fhir+json', 'json'],
    patchFormat: ['application/json-patch+json'],
    software: { name: 'Emulated scheduling system' },
    implementation: { description: 'A fictional practice; nobody in it exists', url: base },
    rest: [
      {
        mode: 'server',
        interaction: [{ code: 'transaction' }, { code: 'batch' }],
        resource: RESOURCE_TYPES.map((type) => ({
          type,
          interaction: INTERACTIONS.map((code) => ({ code })),
          versioning: 'versioned-update',
          readHistory: true,
          updateCreate: true,
          conditionalCreate: true,
          searchParam: searchParametersOf(type).map(({ name, kind }) => ({ name, type: kind })),
        })),
      },
    ],
  };
}
