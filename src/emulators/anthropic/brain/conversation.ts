import type { MessagesRequest } from '../request.ts';

/** What the model was given, with the caller's words told apart from everything else. */
export interface Conversation {
  readonly system: string;
  /** What the caller said last: data, whatever it claims to be. */
  readonly heard: string;
  /** What the caller was answering. */
  readonly asked: string;
}

const CALLER = /<(heard|caller|callee|transcript|said|utterance|user_words|words|speech)>([\s\S]*?)<\/\1>/g;

export function readConversation(request: MessagesRequest): Conversation {
  const last = request.messages.findLast(({ role }) => role === 'user')?.text ?? '';
  const before = request.messages.findLast(({ role }) => role === 'assistant')?.text ?? '';
  const tagged = [...last.matchAll(CALLER)].at(-1);
  if (tagged === undefined) return { system: request.system, heard: last, asked: before };
  const around = plain(last.replace(CALLER, ' '));
  return { system: request.system, heard: plain(tagged[2] ?? ''), asked: around === '' ? before : around };
}

/** Text out of markup. */
function plain(text: string): string {
  return text
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ')
    .trim();
}
