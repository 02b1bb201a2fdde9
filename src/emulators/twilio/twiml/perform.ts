import { connect } from './connect.ts';
import { dial } from './dial.ts';
import { gather } from './gather.ts';
import { prompt } from './prompt.ts';
import { goTo, HANG_UP, NEXT_VERB, type Next, type Stage, warn } from './stage.ts';
import type { XmlElement } from './xml.ts';

/** Performs one verb to its end; rejects when the stage's signal aborts. */
export async function perform(verb: XmlElement, stage: Stage): Promise<Next> {
  switch (verb.name) {
    case 'Connect':
      return connect(verb, stage);
    case 'Dial':
      return dial(verb, stage);
    case 'Gather':
      return gather(verb, stage);
    case 'Say':
    case 'Play':
    case 'Pause':
      await prompt(verb, stage);
      return NEXT_VERB;
    case 'Redirect':
      return goTo(stage, verb.text, verb.attributes['method'], []);
    case 'Hangup':
      return HANG_UP;
    default:
      warn(stage, `<${verb.name}> is not performed here`);
      return NEXT_VERB;
  }
}
