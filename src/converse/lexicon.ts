/**
 * The words by which moves are recognised: normalised text (lower case, no punctuation) against patterns. Each rule is one move and,
 * where it only holds after certain questions, those.
 */
import type { Expects } from './answers.ts';
import type { Move } from './moves.ts';

export interface Rule {
  readonly move: Move;
  readonly says: RegExp;
  /** Kinds of question after which the rule holds; always, when absent. */
  readonly when?: readonly Expects[];
}

const ASKED: readonly Expects[] = [
  'yes_no',
  'confirm',
  'offer',
  'offer_time',
  'anything_else',
  'hello',
  'open',
  'none',
];
const DECIDING: readonly Expects[] = [
  'yes_no',
  'confirm',
  'offer',
  'offer_time',
  'time',
  'open',
  'anything_else',
  'none',
];

/** Heard in every state. */
export const GLOBAL_RULES: readonly Rule[] = [
  {
    move: 'emergency',
    says: /\b(?:chest pains?|can't breathe|cannot breathe|trouble breathing|heart attack|having a stroke|bleeding (?:a lot|badly|heavily)|unconscious|overdos(?:e|ed|ing)|kill myself|suicid(?:e|al)|call (?:an ambulance|nine one one|911))\b/,
  },
  {
    move: 'opt_out',
    says: /\b(?:stop calling|don't (?:ever )?call (?:me|us|this number|here|again)|do not call (?:me|us|this number|again|list)|take me off|remove (?:me|my number|us|this number)|no more calls|quit calling|never call|unsubscribe|stop (?:these|the) calls|lose (?:my|this) number)\b/,
  },
  {
    move: 'deceased',
    says: /\b(?:(?:he|she|my \w+) (?:has )?(?:passed away|died|is dead|is deceased)|passed away|is deceased)\b/,
  },
  {
    move: 'wrong_number',
    says: /\b(?:wrong number|(?:no|nobody|no one|not anyone)(?: one| body)? (?:here )?(?:by|with|called|named|of) (?:that|this)? ?name|there(?:'s| is) no \w+(?: \w+)? here|no \w+ (?:lives )?here|don't know (?:any|a|anyone|who that)\b|isn't (?:his|her|their) number|not (?:his|her|their) (?:number|phone))/,
  },
  {
    move: 'person',
    says: /\b(?:(?:talk|speak) (?:to|with) (?:a |an |the |some|any)?(?:real |actual |live )?(?:person|human|someone|somebody|receptionist|agent|representative|operator|front desk|office|manager|staff)|(?:real|actual|live) (?:person|human)|human being|(?:a|get me) (?:person|human|representative|operator) please|transfer me|call me back|have (?:someone|somebody) call)\b/,
  },
  {
    move: 'hold_on',
    says: /\b(?:hang on|hold on|hold please|(?:just )?(?:a|one) (?:second|sec|moment|minute|min|mo)\b|give me (?:just )?(?:a|one) (?:second|sec|moment|minute|min|mo)|let me (?:check|ask|grab|look|see if|get (?:him|her|them|my|the phone|a pen))|wait a|bear with me|i'll (?:get|grab) (?:him|her|them)|let me find)/,
  },
  {
    move: 'other_language',
    says: /\b(?:no (?:hablo|entiendo|english)|habla espanol|en espanol|hablas|no ingles|(?:don't|do not) speak english|speak spanish|parlez|sprechen)\b/,
  },
  {
    move: 'repeat',
    says: /\b(?:say (?:that|it) again|repeat|come again|pardon|what (?:was|did you say)|didn't (?:catch|hear|get)(?: that| you| it)?|couldn't (?:hear|catch)|one more time|excuse me what|what's that)\b|^(?:sorry|what|huh|excuse me|sorry what|what sorry|i'm sorry|i'm sorry what)$/,
  },
  { move: 'slow_down', says: /\b(?:slow down|slower|too fast|more slowly|speak up|louder)\b/ },
  {
    move: 'robot',
    says: /\b(?:are you (?:a |an )?(?:real|robot|bot|machine|computer|human|ai|person|recording|automated)|is this (?:a |an )?(?:robot|bot|machine|computer|recording|real|automated|ai)|am i (?:talking|speaking) (?:to|with) (?:a|an) (?:robot|bot|machine|computer|real|ai|human))\b/,
  },
  {
    move: 'screening',
    says: /\b(?:(?:state|say|record) your name|name and (?:the )?reason|call screening|who(?:'s| is) calling and why|using a screening|screening service|see if this person is available)\b/,
  },
];

const YES =
  /^(?:(?:oh|um|uh|well|and|hi|hello|so) )*(?:yes|yeah|yep|yup|ya|yea|sure|correct|right|ok|okay|alright|all right|absolutely|definitely|certainly|of course|exactly|perfect|great|good|fine|wonderful|lovely|mm hm|mm hmm|mhm|uh huh|speaking|affirmative|indeed|please do|please(?: yes)?$|go ahead)\b/;
const YES_INSIDE =
  /\b(?:that(?:'s| is| sounds| seems| looks| will be| would be|'ll be|'d be) (?:all )?(?:right|correct|fine|good|great|perfect|ok|okay|me|it|wonderful)|that (?:still )?(?:works|suits)|it (?:still )?works|works (?:for me|great|fine|perfectly|well)|(?:everything|it all|this|it) (?:is|sounds|looks|seems) (?:all )?(?:right|correct|fine|good|great|perfect|okay|ok)|all good|i(?:'ll| will) be there|we(?:'ll| will) be there|see you (?:then|there|tomorrow)|(?:sounds|seems|looks) (?:good|great|fine|right|perfect|correct)|(?:this is|it's) (?:she|he|me|(?:her|him)(?! \w))|you are|she is speaking|i can (?:still )?(?:make|do) it|still (?:good|fine|on)|i'd (?:love|like) (?:to|that|it)$|i'd love (?:to|that|it)|i like (?:it|that)|i(?:'ll| will) take (?:it|that)|we(?:'ll| will) take (?:it|that)|yes|it does|it is|it will|i do|i am$|i confirm|confirmed|book it|let's do (?:it|that)|go ahead)\b/;
const NO =
  /^(?:(?:oh|um|uh|well|actually|sorry|hi) )*(?:no(?! problem| worries| issue| doubt)|nope|nah|not really|negative|never|unfortunately|i'm afraid)\b/;
const NO_INSIDE =
  /\b(?:no wait|wait no|yes no|actually no|that(?:'s| is) (?:not|wrong|incorrect)|doesn't work|does not work|won't work|can't (?:make|do|come|be|get|take|now)|cannot (?:make|do|come|be)|can not make|not (?:right|correct|anymore|any more|going to work|gonna work|good for me|for me|me|him|her|speaking|interested)|won't be able|not be able|i'd rather not|isn't (?:right|good|correct)|i'm not)\b/;

/** Heard where they answer what was asked. */
export const LOCAL_RULES: readonly Rule[] = [
  { move: 'affirm', says: YES, when: ASKED },
  {
    move: 'affirm',
    says: new RegExp(
      `^(?!${NO.source.slice(1)})(?!actually)(?!.*(?:${NO_INSIDE.source})).*${YES_INSIDE.source}`,
    ),
    when: ASKED,
  },
  { move: 'deny', says: NO, when: ASKED },
  { move: 'deny', says: NO_INSIDE, when: ASKED },
  {
    move: 'deny',
    says: /\b(?:neither|none of (?:those|them|these)|not either|either of those work)\b/,
    when: ['offer_time', 'time'],
  },
  {
    move: 'keep',
    says: /\b(?:keep (?:it|the|my|that|what)|leave (?:it|things) (?:as|like|where|alone)|stick with|stay with (?:the|my|what)|don't (?:cancel|change|move) (?:it|that|anything|my))\b/,
    when: DECIDING,
  },
  {
    move: 'cancel',
    says: /(?<!don't |not |n't want to )\bcancel(?:led|ling|ed|ing)?\b(?! (?:everyone|everybody|all))|\bcall (?:it|that) off\b|\b(?:don't|do not|no longer) need (?:it|the appointment|that|to come)\b/,
    when: DECIDING,
  },
  {
    move: 'request_alternative',
    says: /\b(?:reschedul(?:e|ed|ing)|(?:another|different|other|new|better|earlier|later|some other) (?:time|day|date|appointment|slot|one|week|option|times|days)|move (?:it|that|my|the|to)|push (?:it|that) (?:back|out)|change (?:it|the|my|that|to)|anything (?:else|earlier|later|sooner)|something (?:else|earlier|later|sooner)|what else|other options|any other|do you have (?:any|some)|postpone|on second thoughts?|changed my mind|make (?:it|that) (?:for |on |at )?(?:the )?(?:\d|\w+day|next|tomorrow)|instead)\b/,
    when: DECIDING,
  },
  {
    move: 'choose_first',
    says: /\b(?:(?:the |that )?(?:first|former|1st)(?: one| time| option| slot)?|option one|number one|(?:the|that) earlier(?: one| time)?)\b(?! of)/,
    when: ['offer_time'],
  },
  {
    move: 'choose_second',
    says: /\b(?:(?:the |that )?(?:second|latter|2nd|last)(?: one| time| option| slot)|the (?:second|latter)|option two|number two|(?:the|that) later(?: one| time)?)\b/,
    when: ['offer_time'],
  },
  {
    move: 'third_party',
    says: /\b(?:this is (?:his|her|their|the|my|a) (?:\w+ )?(?:wife|husband|son|daughter|mom|mother|dad|father|partner|roommate|girlfriend|boyfriend|brother|sister|assistant|caregiver|nurse|aunt|uncle|grand\w+|friend|neighbor|spouse)|i'm (?:his|her|their) \w+|(?:he|she)(?:'s| is) (?:my|the) (?:wife|husband|son|daughter|mom|mother|dad|father|partner|roommate)|(?:his|her) (?:wife|husband|son|daughter|mom|mother|dad|father|partner|roommate)|take a message|who(?:'s| is) (?:this|calling)(?: for)? (?:him|her))\b/,
  },
  {
    move: 'not_here',
    says: /\b(?:(?:he|she|they)(?:'s| is|'re| are) (?:just |currently |still )?(?:not (?:here|home|in|around|available)|at (?:work|school|the)|out\b|asleep|sleeping|busy|away|gone|driving|in (?:a meeting|the shower|bed|class))|(?:he|she|they) (?:isn't|aren't|can't come|just left|stepped out|will be back|doesn't live)|not (?:here|home|in right now)\b)/,
    when: ['hello', 'yes_no', 'detail', 'open', 'none'],
  },
  {
    move: 'question',
    says: /^(?:is|are|was|will|does|did|has|am) (?!that right|it is)\w+ \w+|(?:^|\b(?:and|but|also|so|quick question|question) )(?:what|where|when|how|why|who|which|do (?:i|you|we|they)|does|is (?:there|it|this|that|parking)|are (?:there|you)|can (?:i|you|we)|could (?:i|you)|should i|will (?:i|it|there|you)|would (?:i|it))\b|\b(?:i have a question|i was wondering|can i ask|where (?:do|should|can) i|do i need|how (?:much|long|do i)|what(?:'s| is) (?:the|your|this))\b/,
  },
  {
    move: 'thanks_or_goodbye',
    says: /\b(?:bye|goodbye|bye bye|thank you|thanks|have a (?:good|nice|great)|take care|see you|talk (?:to you )?later|gotta go|have to go)\b/,
  },
  {
    move: 'hello',
    says: /^(?:(?:oh|um|uh|yes|yeah) )*(?:hello|hi|hey|hiya|good (?:morning|afternoon|evening)|howdy)\b(?: there| hello| hi)*$|^(?:hello )?(?:is anybody|anyone|are you|you) (?:there|still there)$|^(?:okay |ok )?(?:i'm|i am) (?:back|here|ready)$|\b(?:i'm back|sorry about that|thanks for (?:waiting|holding))\b/,
  },
];
