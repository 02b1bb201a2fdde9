import fc from 'fast-check';
import twilio from 'twilio';
import { expect, test } from 'vitest';
import { parseXml } from '../../../../src/emulators/twilio/twiml/xml.ts';

test('a document of Twilio’s own builder is read as it was meant', () => {
  const response = new twilio.twiml.VoiceResponse();
  const connect = response.connect({ action: '/after?a=1&b=2' });
  const stream = connect.stream({ url: 'wss://host/media', name: 'n' });
  stream.parameter({ name: 'token', value: '<"a" & \'b\'>' });
  response.say('Grüße & "more"');
  expect(parseXml(response.toString())).toEqual({
    name: 'Response',
    attributes: {},
    text: '',
    children: [
      {
        name: 'Connect',
        attributes: { action: '/after?a=1&b=2' },
        text: '',
        children: [
          {
            name: 'Stream',
            attributes: { url: 'wss://host/media', name: 'n' },
            text: '',
            children: [
              {
                name: 'Parameter',
                attributes: { name: 'token', value: '<"a" & \'b\'>' },
                text: '',
                children: [],
              },
            ],
          },
        ],
      },
      { name: 'Say', attributes: {}, text: 'Grüße & "more"', children: [] },
    ],
  });
});

test('comments, CDATA, character references and single quotes', () => {
  const document = `<?xml version="1.0"?><!-- <a> --><Response><Say voice='x "y"'>a<![CDATA[ <b> & ]]>&#99;&#x64;</Say></Response>`;
  expect(parseXml(document)).toMatchObject({
    children: [{ attributes: { voice: 'x "y"' }, text: 'a <b> & cd' }],
  });
});

test.each([
  '',
  'text',
  '<Response>',
  '</Response>',
  '<Response></Other>',
  '<Response/><Response/>',
  '<Response/>text',
  '<Response a=1/>',
  '<Response a="1" a="2"/>',
  '<Response>&nope;</Response>',
  '<Response>a & b</Response>',
  '<Response a="&"/>',
  '<Response><</Response>',
  '<!DOCTYPE x [<!ENTITY a "b">]><Response/>',
])('%s is not a document', (document) => {
  expect(typeof parseXml(document)).toBe('string');
});

test('whatever Twilio’s builder can write comes back the same', () => {
  // What XML 1.0 can carry at all, without line breaks, which attributes turn into spaces.
  const text = fc.string({
    unit: fc.constantFrom(' ', 'a', '<', '>', '&', '"', "'", 'é', '€', '😀', ';', '#', 'x1', '='),
    maxLength: 30,
  });
  fc.assert(
    fc.property(text, text, (said, action) => {
      const response = new twilio.twiml.VoiceResponse();
      response.gather({ action }).say(said);
      const parsed = parseXml(response.toString());
      expect(parsed).toMatchObject({
        children: [
          { name: 'Gather', attributes: { action }, children: [{ name: 'Say', text: said.trim() }] },
        ],
      });
    }),
  );
});
