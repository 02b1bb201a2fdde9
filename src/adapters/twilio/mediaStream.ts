/**
 * Where Twilio's media sockets arrive. A stream is let in when Twilio signed its handshake and its `start` brings the token of a
 * call that this process waits for; the token opens one stream and then no other.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import twilio from 'twilio';
import { WebSocketServer } from 'ws';
import type { RawData, WebSocket } from 'ws';
import type { AnsweredBy } from '../../domain/call.ts';
import { id } from '../../domain/ids.ts';
import type { AttemptId, CallSid } from '../../domain/ids.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { MediaSwitchboard } from '../../ports/telephony.ts';
import { ExpectedStreams } from './expectedStreams.ts';
import { TwilioMediaLine } from './mediaLine.ts';
import type { MediaLimits } from './mediaLine.ts';
import { parseMediaMessage } from './mediaMessages.ts';
import type { StartMessage } from './mediaMessages.ts';
import { ATTEMPT_PARAMETER, TOKEN_PARAMETER } from './twiml.ts';

export interface MediaSwitchboardConfig {
  readonly authToken: string;
  /** The address given to Twilio, letter for letter: the handshake's signature covers it. */
  readonly mediaPublicUrl: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits?: Partial<MediaLimits>;
}

export interface TwilioSwitchboard {
  readonly switchboard: MediaSwitchboard;
  /** For the `upgrade` event of the HTTP server that the media address leads to. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Passes a machine verdict on to the attempt's line, or keeps it for the line that is about to come; false when neither is here. */
  answeredBy(attempt: AttemptId, verdict: AnsweredBy, afterMs: number | null): boolean;
  /** Ends every stream and waits for none; the calls go on with their instructions, at another worker. */
  closeAll(): void;
}

const LIMITS: MediaLimits = {
  startMs: 10_000,
  idleMs: 10_000,
  earlyEvents: 3_000,
  unsentBytes: 8_000_000,
  closeMs: 1_000,
};
/** Twilio's own messages are well below a kilobyte. */
const MESSAGE_MAX_BYTES = 64 * 1024;

export function createMediaSwitchboard(config: MediaSwitchboardConfig): TwilioSwitchboard {
  const limits: MediaLimits = { ...LIMITS, ...config.limits };
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MESSAGE_MAX_BYTES,
    perMessageDeflate: false,
  });
  const expected = new ExpectedStreams();
  const lines = new Map<AttemptId, TwilioMediaLine>();

  const admit = (socket: WebSocket, message: StartMessage): TwilioMediaLine | null => {
    const { customParameters, callSid } = message.start;
    const attempt = id<AttemptId>(customParameters[ATTEMPT_PARAMETER] ?? 'none');
    const stream = expected.take(attempt, customParameters[TOKEN_PARAMETER] ?? '');
    if (stream === null) return null;
    const who = { attempt, sid: id<CallSid>(callSid), streamSid: message.streamSid };
    const line = new TwilioMediaLine(who, socket, limits, {
      clock: config.clock,
      log: config.log,
      onClosed: (closed) => {
        if (lines.get(attempt) === closed) lines.delete(attempt);
      },
    });
    lines.set(attempt, line);
    config.log.info('call.media_started', { attempt, call: line.sid });
    if (stream.verdict !== null) line.answeredBy(stream.verdict.verdict, stream.verdict.afterMs);
    stream.arrive(line);
    return line;
  };

  return {
    switchboard: { expect: (attempt, token, signal) => expected.expect(attempt, token, signal) },
    handleUpgrade(request, socket, head) {
      if (!signedByTwilio(config, request)) return refuse(config.log, socket, 'signature');
      server.handleUpgrade(request, socket, head, (ws) => welcome(ws, config, limits, admit));
    },
    answeredBy(attempt, verdict, afterMs) {
      const line = lines.get(attempt);
      if (line === undefined) return expected.keep(attempt, { verdict, afterMs });
      line.answeredBy(verdict, afterMs);
      return true;
    },
    closeAll() {
      expected.giveUp();
      for (const line of lines.values()) line.close();
    },
  };
}

/** An upgrade has no parameters; what is signed is the `wss://` address itself. */
function signedByTwilio(config: MediaSwitchboardConfig, request: IncomingMessage): boolean {
  const signature = request.headers['x-twilio-signature'];
  // Anyone can sign with an empty key.
  return (
    config.authToken !== '' &&
    typeof signature === 'string' &&
    twilio.validateRequest(config.authToken, signature, config.mediaPublicUrl, {})
  );
}

function refuse(log: Log, socket: Duplex, code: string): void {
  log.warn('media.refused', { code, status: 403 });
  socket.on('error', () => socket.destroy());
  socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
}

/** From the handshake to the line: the first `start` decides. */
function welcome(
  socket: WebSocket,
  config: MediaSwitchboardConfig,
  limits: MediaLimits,
  admit: (socket: WebSocket, start: StartMessage) => TwilioMediaLine | null,
): void {
  let line: TwilioMediaLine | null = null;
  const turnAway = (code: string): void => {
    config.log.warn('media.refused', { code });
    socket.close(1008);
    const cancelCut = config.clock.after(limits.closeMs, () => socket.terminate());
    socket.once('close', cancelCut);
  };
  const cancelStart = config.clock.after(limits.startMs, () => turnAway('no_start'));
  socket.on('message', (data: RawData, isBinary) => {
    const message = isBinary ? null : parseMediaMessage(text(data));
    if (line !== null) return message === null ? undefined : line.receive(message);
    if (message?.event !== 'start' || socket.readyState !== socket.OPEN) return;
    cancelStart();
    line = admit(socket, message);
    if (line === null) turnAway('token');
  });
  // `ws` reports a broken frame or an oversized message here and closes the socket itself.
  socket.on('error', () => undefined);
  socket.on('close', () => {
    cancelStart();
    line?.lost();
  });
}

/** One message's bytes as text; `ws` hands a fragmented one over in pieces. */
function text(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8');
}
