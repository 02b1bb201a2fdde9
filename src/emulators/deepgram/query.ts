/** The query parameters of the vendor's listen endpoints, checked before the handshake is answered. */
import type { TurnSettings } from './turns.ts';

/** Why a request is refused: 400 with this code and text. */
export interface BadQuery {
  readonly problem: string;
}

export interface FluxQuery {
  readonly settings: TurnSettings;
  readonly keyterms: readonly string[];
  readonly languageHints: readonly string[];
}

export interface NovaQuery {
  readonly model: string;
  readonly interimResults: boolean;
  /** Silence that ends speech; null = off. */
  readonly endpointingMs: number | null;
  readonly utteranceEndMs: number | null;
  readonly vadEvents: boolean;
  readonly formatted: boolean;
}

export interface PrerecordedQuery {
  readonly model: string;
  readonly multichannel: boolean;
  readonly utterances: boolean;
  readonly formatted: boolean;
  /** Of audio without a container; null when a container says it. */
  readonly rawChannels: number | null;
}

type Rule = (value: string) => boolean;
const any: Rule = () => true;
const flag: Rule = (value) => value === 'true' || value === 'false';
const oneOf =
  (...values: readonly string[]): Rule =>
  (value) =>
    values.includes(value);
const between =
  (low: number, high: number): Rule =>
  (value) =>
    value.trim() !== '' && Number(value) >= low && Number(value) <= high;
const whole =
  (low: number, high: number): Rule =>
  (value) =>
    Number.isInteger(Number(value)) && between(low, high)(value);

const ENCODING = oneOf('linear16', 'linear32', 'mulaw', 'alaw', 'opus', 'ogg-opus');

const FLUX: Readonly<Record<string, Rule>> = {
  model: oneOf('flux-general-en', 'flux-general-multi'),
  encoding: ENCODING,
  sample_rate: whole(8000, 48_000),
  eot_threshold: between(0.5, 1),
  eager_eot_threshold: between(0.3, 0.9),
  eot_timeout_ms: whole(500, 60_000),
  keyterm: any,
  language_hint: any,
  numerals: flag,
  profanity_filter: flag,
  redact: oneOf('numbers', 'aggressive_numbers'),
  tag: any,
  mip_opt_out: flag,
};

const NOVA: Readonly<Record<string, Rule>> = {
  model: (value) => /^(nova-2|nova-3|nova|enhanced|base)(-[a-z]+)?$/.test(value),
  callback: any,
  callback_method: any,
  channels: whole(1, 16),
  detect_entities: flag,
  diarize: flag,
  diarize_model: any,
  dictation: flag,
  encoding: (value) => ENCODING(value) || ['flac', 'amr-nb', 'amr-wb', 'speex', 'g729'].includes(value),
  extra: any,
  keyterm: any,
  keywords: any,
  language: any,
  mip_opt_out: flag,
  multichannel: flag,
  numerals: flag,
  profanity_filter: flag,
  punctuate: flag,
  redact: any,
  replace: any,
  sample_rate: whole(8000, 48_000),
  search: any,
  smart_format: flag,
  tag: any,
  version: any,
};

const NOVA_LIVE: Readonly<Record<string, Rule>> = {
  ...NOVA,
  endpointing: (value) => flag(value) || whole(0, 60_000)(value),
  interim_results: flag,
  utterance_end_ms: whole(1000, 60_000),
  vad_events: flag,
};

const NOVA_PRERECORDED: Readonly<Record<string, Rule>> = {
  ...NOVA,
  utterances: flag,
  utt_split: between(0, 60),
  paragraphs: flag,
  summarize: any,
  sentiment: flag,
  topics: flag,
  intents: flag,
  detect_language: any,
  filler_words: flag,
  measurements: flag,
};

const number = (query: URLSearchParams, name: string): number | null => {
  const value = query.get(name);
  return value === null ? null : Number(value);
};

/** The first parameter that is unknown or out of range. */
function problemIn(query: URLSearchParams, rules: Readonly<Record<string, Rule>>): BadQuery | undefined {
  for (const [name, value] of query) {
    const rule = rules[name];
    if (rule === undefined) return { problem: `Unknown query parameter \`${name}\`.` };
    if (!rule(value))
      return { problem: `Invalid value ${JSON.stringify(value)} for query parameter \`${name}\`.` };
  }
  return query.has('model') ? undefined : { problem: 'Missing query parameter `model`.' };
}

/** Only the telephone's audio is carried; the vendor takes more. */
function telephone(query: URLSearchParams): BadQuery | undefined {
  if (query.get('encoding') === 'mulaw' && query.get('sample_rate') === '8000') return undefined;
  return { problem: 'This emulator hears encoding=mulaw with sample_rate=8000 only.' };
}

/** Thresholds as they came, from a query or a Configure message; a text when they do not go together. */
export function thresholdsOf(
  given: { readonly end?: number | null; readonly eager?: number | null; readonly timeoutMs?: number | null },
  before: TurnSettings,
): TurnSettings | BadQuery {
  const endThreshold = given.end ?? before.endThreshold;
  const eagerThreshold = given.eager ?? before.eagerThreshold;
  const timeoutMs = given.timeoutMs ?? before.timeoutMs;
  if (!(endThreshold >= 0.5 && endThreshold <= 1)) return { problem: '`eot_threshold` is 0.5 to 1.' };
  if (eagerThreshold !== null && !(eagerThreshold >= 0.3 && eagerThreshold <= 0.9)) {
    return { problem: '`eager_eot_threshold` is 0.3 to 0.9.' };
  }
  if (eagerThreshold !== null && eagerThreshold > endThreshold) {
    return { problem: '`eager_eot_threshold` must not exceed `eot_threshold`.' };
  }
  if (!(timeoutMs >= 500 && timeoutMs <= 60_000)) return { problem: '`eot_timeout_ms` is 500 to 60000.' };
  return { endThreshold, eagerThreshold, timeoutMs };
}

/** /v2/listen. */
export function readFlux(query: URLSearchParams): FluxQuery | BadQuery {
  const problem = problemIn(query, FLUX) ?? telephone(query);
  if (problem !== undefined) return problem;
  const languageHints = query.getAll('language_hint');
  if (languageHints.length > 0 && query.get('model') !== 'flux-general-multi') {
    return { problem: '`language_hint` is for flux-general-multi only.' };
  }
  const settings = thresholdsOf(
    {
      end: number(query, 'eot_threshold'),
      eager: number(query, 'eager_eot_threshold'),
      timeoutMs: number(query, 'eot_timeout_ms'),
    },
    { endThreshold: 0.7, eagerThreshold: null, timeoutMs: 5000 },
  );
  return 'problem' in settings ? settings : { settings, keyterms: query.getAll('keyterm'), languageHints };
}

const isFormatted = (query: URLSearchParams): boolean =>
  query.get('smart_format') === 'true' || query.get('punctuate') === 'true';

/** Nova-3 takes `keyterm` in place of `keywords`. */
function keywordsProblem(query: URLSearchParams): BadQuery | undefined {
  return query.has('keywords') && query.get('model')?.startsWith('nova-3') === true
    ? { problem: 'Keywords are not supported for Nova-3 models. Use keyterm.' }
    : undefined;
}

/** /v1/listen as a websocket. */
export function readNova(query: URLSearchParams): NovaQuery | BadQuery {
  const problem = problemIn(query, NOVA_LIVE) ?? telephone(query) ?? keywordsProblem(query);
  if (problem !== undefined) return problem;
  if ((number(query, 'channels') ?? 1) !== 1) return { problem: 'This emulator hears one live channel.' };
  const interimResults = query.get('interim_results') === 'true';
  const utteranceEndMs = number(query, 'utterance_end_ms');
  if (utteranceEndMs !== null && !interimResults) {
    return { problem: '`utterance_end_ms` requires `interim_results=true`.' };
  }
  const endpointing = query.get('endpointing') ?? '10';
  return {
    model: query.get('model') ?? '',
    interimResults,
    endpointingMs: endpointing === 'false' ? null : endpointing === 'true' ? 10 : Number(endpointing),
    utteranceEndMs,
    vadEvents: query.get('vad_events') === 'true',
    formatted: isFormatted(query),
  };
}

/** /v1/listen as a POST. */
export function readPrerecorded(query: URLSearchParams): PrerecordedQuery | BadQuery {
  const problem = problemIn(query, NOVA_PRERECORDED) ?? keywordsProblem(query);
  if (problem !== undefined) return problem;
  const raw = query.has('encoding');
  const unheard = raw ? telephone(query) : undefined;
  if (unheard !== undefined) return unheard;
  return {
    model: query.get('model') ?? '',
    multichannel: query.get('multichannel') === 'true',
    utterances: query.get('utterances') === 'true',
    formatted: isFormatted(query),
    rawChannels: raw ? (number(query, 'channels') ?? 1) : null,
  };
}
