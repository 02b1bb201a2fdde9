import { createHmac } from 'node:crypto';

/**
 * `X-Twilio-Signature`: base64 of HMAC-SHA1 over the URL followed by every parameter's name and value, sorted by name.
 * A name that occurs several times contributes each different value once, sorted.
 * Source: Twilio, "Validating Signatures from Twilio".
 */
export function sign(authToken: string, url: string, params: Iterable<readonly [string, string]>): string {
  const byName = new Map<string, Set<string>>();
  for (const [name, value] of params) {
    const values = byName.get(name);
    if (values === undefined) byName.set(name, new Set([value]));
    else values.add(value);
  }
  let signed = url;
  for (const name of [...byName.keys()].toSorted()) {
    for (const value of [...(byName.get(name) ?? [])].toSorted()) signed += name + value;
  }
  return createHmac('sha1', authToken).update(signed, 'utf8').digest('base64');
}
