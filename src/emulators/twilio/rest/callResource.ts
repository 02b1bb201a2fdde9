import { callSeconds, isOver, type Call } from '../call.ts';
import { phoneNumberSid } from '../sids.ts';
import { rfc2822 } from '../time.ts';

const SUBRESOURCES = {
  notifications: 'Notifications',
  recordings: 'Recordings',
  payments: 'Payments',
  events: 'Events',
  siprec: 'Siprec',
  streams: 'Streams',
  transcriptions: 'Transcriptions',
  user_defined_message_subscriptions: 'UserDefinedMessageSubscriptions',
  user_defined_messages: 'UserDefinedMessages',
};

/** Cents of a dollar for a minute begun; what a domestic call costs is no part of the protocol, only its shape. */
const PRICE_PER_MINUTE = 0.014;

/** A call as the REST API writes it: dates in RFC 2822, duration, price and queue_time as strings. */
export function callResource(call: Call, accountSid: string): Record<string, unknown> {
  const uri = `/2010-04-01/Accounts/${accountSid}/Calls/${call.sid}`;
  const seconds = callSeconds(call);
  const { to, from } = call.request;
  return {
    sid: call.sid,
    account_sid: accountSid,
    annotation: null,
    answered_by: call.answeredBy,
    api_version: '2010-04-01',
    caller_name: null,
    date_created: rfc2822(call.createdMs),
    date_updated: rfc2822(call.updatedMs),
    direction: call.direction,
    duration: seconds === null ? null : String(seconds),
    end_time: call.endedMs === null || !isOver(call) ? null : rfc2822(call.endedMs),
    forwarded_from: null,
    from,
    from_formatted: formatted(from),
    group_sid: null,
    parent_call_sid: call.parentCallSid,
    phone_number_sid: phoneNumberSid(from),
    price: seconds === null ? null : `-${(Math.ceil(seconds / 60) * PRICE_PER_MINUTE).toFixed(5)}`,
    price_unit: 'USD',
    queue_time: String(call.queueTimeMs),
    start_time: call.startedMs === null ? null : rfc2822(call.startedMs),
    status: call.status,
    subresource_uris: Object.fromEntries(
      Object.entries(SUBRESOURCES).map(([key, name]) => [key, `${uri}/${name}.json`]),
    ),
    to,
    to_formatted: formatted(to),
    trunk_sid: null,
    uri: `${uri}.json`,
  };
}

/** North American numbers as `(555) 555-0100`, others as they are. */
function formatted(number: string): string {
  const digits = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number);
  return digits === null ? number : `(${digits[1]}) ${digits[2]}-${digits[3]}`;
}
