/**
 * Cuts out of Twilio's OpenAPI what the Twilio emulator is held against. To renew twilio-api-v2010.json:
 *
 *   npm install --ignore-scripts --prefix <a temporary folder> @twilio-alpha/mcp@0.7.0
 *   node test/oracles/extractTwilio.mjs <that folder>/node_modules/@twilio-alpha/mcp
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';

const packageDir = argv[2];
if (packageDir === undefined) throw new Error('usage: node extractTwilio.mjs <folder of @twilio-alpha/mcp>');
const read = (path) => JSON.parse(readFileSync(join(packageDir, path), 'utf8'));
const manifest = read('package.json');
const spec = read('twilio-oai/spec/json/twilio_api_v2010.json');

const ACCOUNT = '/2010-04-01/Accounts/{AccountSid}';
const form = (path) =>
  spec.paths[ACCOUNT + path].post.requestBody.content['application/x-www-form-urlencoded'].schema;
const answer = (path, method, status) =>
  spec.paths[ACCOUNT + path][method].responses[status].content['application/json'];
const query = (path) => spec.paths[ACCOUNT + path].get.parameters.filter((one) => one.in === 'query');
const schemas = [
  'api.v2010.account.call',
  'api.v2010.account.recording',
  'api.v2010.account.call.call_recording',
  'call_enum_status',
  'call_enum_update_status',
  'call_recording_enum_status',
  'call_recording_enum_source',
  'recording_enum_status',
  'recording_enum_source',
];

const strip = (value) => {
  if (Array.isArray(value)) return value.map(strip);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => !(key === 'description' && typeof inner === 'string') && key !== 'x-twilio')
      .map(([key, inner]) => [key, strip(inner)]),
  );
};

const oracle = {
  source: `npm ${manifest.name}@${manifest.version}, twilio-oai/spec/json/twilio_api_v2010.json (info.version ${spec.info.version})`,
  licence: [
    `Copyright Twilio Inc. Package licence: ${manifest.license}; the specification names ${spec.info.license.name}.`,
    'Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions: The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.',
    'THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.',
  ],
  schemas: Object.fromEntries(schemas.map((name) => [name, strip(spec.components.schemas[name])])),
  forms: {
    createCall: strip(form('/Calls.json')),
    updateCall: strip(form('/Calls/{Sid}.json')),
    createCallRecording: strip(form('/Calls/{CallSid}/Recordings.json')),
  },
  queries: {
    listCall: query('/Calls.json').map((one) => one.name),
    listCallRecording: query('/Calls/{CallSid}/Recordings.json').map((one) => one.name),
  },
  lists: {
    calls: strip(answer('/Calls.json', 'get', '200').schema),
    callRecordings: strip(answer('/Calls/{CallSid}/Recordings.json', 'get', '200').schema),
    recordings: strip(answer('/Recordings.json', 'get', '200').schema),
  },
  examples: {
    call: answer('/Calls.json', 'post', '201').examples.create.value,
    calls: answer('/Calls.json', 'get', '200').examples.readFullPage1.value,
    callRecording: answer('/Calls/{CallSid}/Recordings.json', 'post', '201').examples.create201.value,
    recording: answer('/Recordings/{Sid}.json', 'get', '200').examples.fetch.value,
    recordings: answer('/Recordings.json', 'get', '200').examples.readEmpty.value,
  },
};

const target = fileURLToPath(new URL('twilio-api-v2010.json', import.meta.url));
writeFileSync(target, `${JSON.stringify(oracle, null, 1)}\n`);
