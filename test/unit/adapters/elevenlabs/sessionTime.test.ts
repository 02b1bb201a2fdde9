import { afterEach, expect, test, vi } from 'vitest';
import { virtualClock } from '../../../support/virtualClock.ts';
import { b64, final, kinds, say, voiceHouse } from './voiceHouse.ts';
import type { VoiceHouse } from './voiceHouse.ts';

const until = (assertion: () => void): Promise<void> => vi.waitFor(assertion);
const houses: VoiceHouse[] = [];
afterEach(async () => {
  for (const one of houses.splice(0)) await one.close();
});
async function house(...args: Parameters<typeof voiceHouse>): Promise<VoiceHouse> {
  const made = await voiceHouse(...args);
  houses.push(made);
  return made;
}

test('no first audio in time is a timeout, and the socket that owes it is given up', async () => {
  const clock = virtualClock();
  const { server, session } = await house({ clock });
  const late = say(session, 'Hello.');
  await until(() => expect(server.contexts()).toEqual(['u1']));
  await clock.advance(1_999);
  expect(late.chunks).toEqual([]);
  await clock.advance(1);
  expect(late.chunks).toEqual([{ kind: 'failed', reason: 'timeout' }]);
  const next = say(session, 'Hello again.');
  await until(() => expect(server.contexts()).toEqual(['u1', 'u2']));
  expect(server.sockets).toHaveLength(2);
  server.send(final('u2'));
  await until(() => expect(kinds(next)).toEqual(['end']));
});

test('a stall is a timeout too, but a cancelled utterance that stalls takes nobody with it', async () => {
  const clock = virtualClock();
  const { server, session } = await house({ clock });
  const cancelled = say(session, 'one');
  const live = say(session, 'two');
  await until(() => expect(server.contexts()).toEqual(['u1', 'u2']));
  server.send({ audio: b64(8), contextId: 'u1' });
  await until(() => expect(cancelled.chunks).toHaveLength(1));
  cancelled.cancel();
  for (let piece = 1; piece <= 4; piece++) {
    server.send({ audio: b64(8), contextId: 'u2' });
    await until(() => expect(live.chunks).toHaveLength(piece));
    await clock.advance(1_500);
  }
  expect(kinds(live)).not.toContain('failed');
  await clock.advance(500);
  expect(live.chunks.at(-1)).toEqual({ kind: 'failed', reason: 'timeout' });
  expect(cancelled.chunks).toHaveLength(1);
});

test('a socket that closed after a long idleness is open again before it is needed; a short-lived one is not', async () => {
  const clock = virtualClock();
  const { server } = await house({ clock });
  await until(() => expect(server.sockets).toHaveLength(1));
  const first = new Promise((resolve) => server.last.once('close', resolve));
  await clock.advance(180_000);
  server.last.close(1008);
  await first;
  await until(() => expect(server.sockets).toHaveLength(2));
  const second = new Promise((resolve) => server.last.once('close', resolve));
  server.last.close(1008);
  await second;
  await clock.advance(1_000);
  expect(server.requests).toHaveLength(2);
});

test('a handshake that is never answered is given up', async () => {
  const clock = virtualClock();
  const { server, session } = await house({ clock, connectTimeoutMs: 900 }, (s) => (s.deaf = true));
  const saying = say(session, 'Hello?');
  await until(() => expect(server.requests).toHaveLength(1));
  await clock.advance(900);
  await until(() => expect(saying.chunks).toEqual([{ kind: 'failed', reason: 'lost' }]));
});
