import { callFields, type Call, type Instructions } from '../call.ts';
import type { Company } from '../company.ts';
import type { Params } from '../webhooks.ts';
import { parseXml, type XmlElement } from './xml.ts';

/** TwiML ready to be performed, and the URL it came from (null when it was given inline): relative URLs start there. */
export interface TwimlDocument {
  readonly verbs: readonly XmlElement[];
  readonly url: string | null;
}

/**
 * Gets and parses a call's next instructions. What goes wrong becomes an alert; the fallback URL is asked once, with
 * ErrorCode and ErrorUrl; null = there is nothing to perform and the call ends.
 */
export async function loadDocument(
  company: Company,
  call: Call,
  instructions: Instructions,
  extra: Params,
): Promise<TwimlDocument | null> {
  const loaded = await load(company, call, instructions, extra);
  if (typeof loaded !== 'number') return loaded;
  const { fallback } = call;
  if (fallback === null) return null;
  const error: Params = [
    ['ErrorCode', String(loaded)],
    ['ErrorUrl', instructions.kind === 'url' ? instructions.url : ''],
  ];
  const second = await load(company, call, { kind: 'url', ...fallback }, [...extra, ...error]);
  return typeof second === 'number' ? null : second;
}

/** The document, or the code of the alert that was raised. */
async function load(
  company: Company,
  call: Call,
  instructions: Instructions,
  extra: Params,
): Promise<TwimlDocument | number> {
  if (instructions.kind === 'twiml') return parse(company, call, instructions.twiml, null);
  const answer = await company.webhooks.send({
    purpose: 'twiml',
    url: instructions.url,
    method: instructions.method,
    to: call.request.to,
    callSid: call.sid,
    params: [...callFields(call, company.accountSid, call.status), ...extra],
  });
  const where = { callSid: call.sid, url: instructions.url };
  if (answer.kind === 'failed') {
    company.alerts.raise(11200, where, answer.status === 0 ? 'no answer' : `HTTP ${answer.status}`);
    return 11200;
  }
  if (!/^(?:text|application)\/(?:xml|html)\b/.test(answer.contentType)) {
    company.alerts.raise(12300, where, answer.contentType);
    return 12300;
  }
  return parse(company, call, answer.body.toString('utf8'), answer.url);
}

function parse(company: Company, call: Call, twiml: string, url: string | null): TwimlDocument | number {
  const root = parseXml(twiml);
  if (typeof root !== 'string' && root.name === 'Response') return { verbs: root.children, url };
  const problem = typeof root === 'string' ? root : `the root element is <${root.name}>, not <Response>`;
  company.alerts.raise(12100, { callSid: call.sid, ...(url === null ? {} : { url }) }, problem);
  return 12100;
}
