import type { Json } from './resource.ts';

/** A refusal that the client sees as an OperationOutcome with this HTTP status and FHIR issue code. */
export class FhirError extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    diagnostics: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(diagnostics);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

export function operationOutcome(severity: 'error' | 'information', code: string, diagnostics: string): Json {
  return { resourceType: 'OperationOutcome', issue: [{ severity, code, diagnostics }] };
}
