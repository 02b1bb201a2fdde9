/**
 * What a person on the phone can mean, and by which words one knows it. `names` matches the words for it in a schema's
 * enum, so that the same brain serves whatever vocabulary it is asked in. The heavier intent wins a turn that has two:
 * "yes, but can we move it" is about moving.
 */
export interface Intent {
  readonly id: string;
  readonly names: RegExp;
  readonly weight: number;
  readonly says: RegExp;
}

const intent = (id: string, weight: number, names: RegExp, says: RegExp): Intent => ({
  id,
  names,
  weight,
  says,
});

export const INTENTS: readonly Intent[] = [
  intent(
    'emergency',
    10,
    /emergency|urgent|crisis/,
    /chest pain|can't breathe|trouble breathing|heart attack|stroke|bleeding|unconscious|overdose|kill myself|suicid|ambulance|nine one one|\b911\b/,
  ),
  intent(
    'opt_out',
    9,
    /opt_?out|stop_?call|do_?not_?call|unsubscribe|revoke/,
    /stop (?:calling|these calls|the calls)|(?:don't|do not|never) (?:ever )?call|take (?:me|us|my number) off|remove (?:me|us|my number|this number)|no more calls|quit calling|unsubscribe|opt out/,
  ),
  intent('deceased', 9, /deceased|dead|passed/, /passed away|\b(?:has )?died\b|is dead|deceased/),
  intent(
    'wrong_number',
    8,
    /wrong|not_?(?:the_)?patient|unknown_?person/,
    /wrong (?:number|person)|(?:no one|nobody|no body|not anyone) (?:here )?(?:by|with|called|named) |there(?:'s| is) no \w+(?: \w+)? here|(?:no|isn't any) \w+ (?:lives )?here|never heard of|don't know (?:any|a|anyone|who)/,
  ),
  intent(
    'voicemail',
    8,
    /voice_?mail|machine|answering/,
    /leave (?:a|your) message|after the (?:tone|beep)|at the (?:tone|beep)|voice ?mail|can't (?:come to|get to|take) (?:the phone|your call)|not available to take|mailbox/,
  ),
  intent(
    'screening',
    7.5,
    /screen/,
    /(?:state|say|record) your name|name and (?:the )?reason|call screening|screening service|see if this person is available/,
  ),
  intent(
    'person',
    7,
    /^(?:human|person|people|agent|transfer|handoff|hand_off|operator|representative|staff|front_?desk|talk_to.*|speak_to.*|real_person|live_.*)$/,
    /(?:talk|speak|get) (?:to|with) (?:a |an |the |some|any)?(?:real |actual |live )?(?:person|human|someone|somebody|one\b|receptionist|agent|representative|operator|front desk|nurse|doctor|office|manager|staff)|(?:real|actual|live) (?:person|human|agent)|human being|\brepresentative\b|\boperator\b|transfer me|call me back|have (?:someone|somebody) call/,
  ),
  intent(
    'robot',
    6.5,
    /robot|is_?(?:this_)?(?:an_)?ai|bot$|machine_question|who_are_you/,
    /(?:are you|is this|am i (?:talking|speaking) (?:to|with)) (?:a |an )?(?:real|robot|bot|machine|computer|human|ai\b|person|recording|recorded|automated)|you sound like a (?:robot|machine|computer)/,
  ),
  intent(
    'not_here',
    6,
    /not_?(?:here|home|available|in$)|unavailable|away|absent/,
    /(?:he|she|they)(?:'s| is|'re| are) (?:not|out|away|at (?:work|school)|asleep|sleeping|busy)|(?:isn't|is not|not) (?:here|home|in\b|available|around)|(?:he|she|they) (?:isn't|aren't|can't come|just left|stepped out|won't be)|went out|take a message/,
  ),
  intent(
    'hold_on',
    6,
    /hold|wait|moment|hang/,
    /hang on|hold on|hold please|(?:just )?(?:a|one) (?:second|sec|moment|minute)\b|give me (?:a|one) |let me (?:check|look|get|grab|see|find|ask)|bear with me|wait a/,
  ),
  intent(
    'other_language',
    6,
    /language|spanish|espanol/,
    /no (?:hablo|entiendo)|habla|espa[nñ]ol|(?:don't|do not) speak english|speak spanish|no ingl[eé]s/,
  ),
  intent(
    'third_party',
    5.5,
    /third|proxy|spouse|relative|someone_else|family|other_person/,
    /(?:i'm|i am|this is) (?:his|her|their|the|\w+'s) (?:wife|husband|son|daughter|mom|mother|dad|father|partner|roommate|caregiver|parent)|(?:his|her) (?:wife|husband|son|daughter|mother|father)|you'd have to ask|ask (?:him|her)|i'll (?:tell|pass)|pass it on/,
  ),
  intent(
    'repeat',
    5,
    /repeat|again|pardon|not_?understood|clarif/,
    /(?:say|tell me) (?:that|it)? ?again|repeat|come again|pardon|what was that|what did you say|(?:didn't|couldn't|can't) (?:catch|hear|get|understand)|one more time|^(?:sorry|what|huh|excuse me|what sorry|sorry what)$/,
  ),
  intent('slow_down', 5, /slow|louder|speak_?up/, /slow down|slower|too fast|speak up|louder/),
  intent(
    'keep',
    4.6,
    /keep|stay|no_?change|leave/,
    /keep (?:it|the|my|that|what)|leave (?:it|things) (?:as|like|where|alone)|stick with|stay with/,
  ),
  // Not wanting to cancel is not yet wanting to keep: a wish for another day may follow.
  intent('keep', 3.4, /keep/, /(?:don't|do not|not) (?:want to )?(?:cancel|change|move)/),
  intent(
    'cancel',
    4.5,
    /cancel|drop|withdraw|call_?off/,
    /(?<!(?:don't|do not|not|never) (?:want to |need to )?)\bcancel|call (?:it|that|the whole thing) off|(?:don't|no longer) need (?:it|the appointment|to come)|forget (?:about )?(?:it|the appointment)/,
  ),
  intent(
    'reschedule',
    4.2,
    /resched|move|alternative|another|different|change|postpone|other_time|cannot_?(?:come|make)/,
    /reschedul|(?:another|different|other|new|better|earlier|later) (?:time|day|date|appointment|slot|one|week|option)|(?:move|push|switch|change|shift|postpone) (?:it|that|my|the|to)|anything (?:else|earlier|later|sooner)|something (?:else|earlier|later)|what else|other options|can't make (?:it|that)(?!.*cancel)/,
  ),
  intent(
    'pick_first',
    4,
    /first|option_?(?:1|one|a)\b|earlier_one/,
    /\b(?:the |that )?(?:first|former)\b(?! of)|option (?:one|a)\b|number one|(?:the|that) earlier (?:one|time)/,
  ),
  intent(
    'pick_second',
    4,
    /second|option_?(?:2|two|b)\b|later_one/,
    /\b(?:the |that )?(?:second|latter|last)\b(?! of)(?! name)|option (?:two|b)\b|number two|(?:the|that) (?:later|other) (?:one|time)/,
  ),
  intent(
    'pick_third',
    4,
    /third_(?:one|option)|option_?(?:3|three|c)\b|pick_third/,
    /\bthe third\b|option (?:three|c)\b|number three/,
  ),
  intent(
    'neither',
    4.1,
    /neither|none_of|reject|decline_both/,
    /neither|none of (?:those|them|these)|not either|(?:don't|doesn't|won't) (?:either )?work/,
  ),
  intent(
    'time',
    3.6,
    /time|prefer|inform|when|day/,
    /\b(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|tomorrow|morning|afternoon|evening|noon|next week|o'clock|[ap] ?m\b|weekend|weekday|(?:after|before|around|at) (?:\d|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve))/,
  ),
  intent(
    'question',
    3.3,
    /question|ask|inquir/,
    /(?:^|\b(?:and|but|also|so|yes|okay|question) )(?:what|where|when|how|why|who|which|do (?:i|you|we|they)|does|is (?:there|it|this|that)|are (?:there|you)|can (?:i|you|we)|could (?:i|you)|should i|will (?:i|it|there|you)|would it)\b|i (?:have|had) a question|i was wondering|can i ask|do i need/,
  ),
  intent(
    'no',
    3,
    /^(?:no|nope|deny|denied|decline[ds]?|negative|refuse[ds]?|disagree|not_?(?:right|correct|me|interested)|incorrect|no_.*|cannot|cant)$/,
    /^(?:(?:oh|um|uh|well|actually|sorry) )*(?:no|nope|nah|not really|never|unfortunately|i'm afraid)\b|not (?:right|correct|interested|me|him|her|going to work)|(?:that's|that is) (?:not|wrong)|doesn't work|won't work|can't|cannot|won't be able|rather not|don't think so/,
  ),
  intent(
    'confirm',
    2.9,
    /^(?:confirm(?:s|ed)?(?:_.*)?|keep_appointment|will_?come|attend(?:s|ing)?)$/,
    /i(?:'ll| will) be there|we(?:'ll| will) be there|see you (?:then|there|tomorrow)|i can (?:still )?make it|still (?:good|fine|on|works)|\bconfirm|count me in/,
  ),
  intent(
    'yes',
    2.8,
    /^(?:yes|yeah|yep|affirm(?:ative|ed)?|accept(?:ed|s)?|agree[ds]?|correct|right|ok(?:ay)?|consent|is_?me|speaking|identified|take_?it|yes_.*)$/,
    /^(?:(?:oh|um|uh|well|and|hi|hello|so|then|okay) )*(?:yes|yeah|yep|yup|sure|correct|right|ok|okay|alright|all right|absolutely|definitely|certainly|of course|exactly|perfect|great|good|fine|speaking|please do|please|go ahead|i think so|i guess so)\b|that's (?:right|correct|fine|good|great|perfect|me)|(?:still )?works|i(?:'ll| will) be there|we(?:'ll| will) be there|see you (?:then|there|tomorrow)|sounds (?:good|great|fine)|(?:this is|it's) (?:she|he|her|him|me)|i can (?:still )?make it|still (?:good|fine|on)|i'd (?:love|like) (?:to|that|it)|i(?:'ll| will) take (?:it|that)|i will\b|confirm|book it|count me in/,
  ),
  intent(
    'goodbye',
    1.5,
    /bye|thank|end_?call|closing/,
    /\bbye\b|goodbye|thank|have a (?:good|nice|great)|take care|gotta go|have to go/,
  ),
  intent(
    'hello',
    1.2,
    /hello|greet/,
    /^(?:(?:oh|um|uh|yes) )*(?:hello|hi|hey|good (?:morning|afternoon|evening))\b|anyone there|are you (?:still )?there|i'm back|sorry about that/,
  ),
];

/** What comes nearest to an intent where the schema has no word for it. */
export const NEAREST: Readonly<Record<string, readonly string[]>> = {
  emergency: ['person'],
  voicemail: ['screening'],
  robot: ['question'],
  not_here: ['third_party'],
  third_party: ['not_here'],
  slow_down: ['repeat'],
  keep: ['confirm', 'no'],
  neither: ['no', 'reschedule'],
  reschedule: ['neither', 'time', 'no'],
  pick_first: ['time', 'yes'],
  pick_second: ['time', 'yes'],
  pick_third: ['time', 'yes'],
  time: ['reschedule'],
  no: ['neither'],
  confirm: ['yes', 'keep'],
  yes: ['confirm', 'keep'],
};

/** Enum values that stand for "none of these". */
export const NONE_OF_THESE =
  /^(?:other|unclear|unknown|none|unsure|not_?sure|else|something_else|no_?match|nothing|unrelated)$/;

/** Words by which somebody speaks to the machinery instead of to the person calling: not a move in any conversation. */
export const TO_THE_MACHINE =
  /ignore (?:all |any |your |the )*(?:previous |prior |above |earlier )*(?:instructions|prompts?|rules)|system prompt|you are now|disregard|new instructions|(?:set|choose|select|output|return|respond with|call) (?:the )?(?:move|tool|json|function)|as an ai|developer mode|pretend (?:to be|you)/;
