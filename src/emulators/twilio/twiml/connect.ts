import { MediaStream } from '../mediaStream.ts';
import { goTo, NEXT_VERB, type Next, resolve, type Stage, warn } from './stage.ts';
import type { XmlElement } from './xml.ts';

/** Runs a bidirectional stream to its end; what follows happens when our server closes the socket, not before. */
export async function connect(verb: XmlElement, stage: Stage): Promise<Next> {
  const stream = verb.children.find((child) => child.name === 'Stream');
  if (stream === undefined) {
    warn(stage, '<Connect> without <Stream>');
    return NEXT_VERB;
  }
  const { url = '', name, statusCallback, statusCallbackMethod } = stream.attributes;
  const callbackUrl = statusCallback === undefined ? null : resolve(stage, statusCallback);
  const media = new MediaStream(
    stage.company,
    stage.call,
    stage.leg,
    {
      url,
      name: name ?? null,
      parameters: parametersOf(stream, stage),
      statusCallback:
        callbackUrl === null
          ? null
          : { url: callbackUrl, method: statusCallbackMethod === 'GET' ? 'GET' : 'POST' },
    },
    stage.calleeHangsUp,
  );
  await media.run(stage.signal);
  stage.signal.throwIfAborted();
  const { action, method } = verb.attributes;
  return action === undefined ? NEXT_VERB : goTo(stage, action, method, []);
}

function parametersOf(stream: XmlElement, stage: Stage): Readonly<Record<string, string>> {
  const parameters: Record<string, string> = {};
  for (const child of stream.children) {
    const { name, value = '' } = child.attributes;
    if (child.name !== 'Parameter' || name === undefined) warn(stage, `<${child.name}> in <Stream>`);
    else if (name.length + value.length >= 500)
      warn(stage, `<Parameter> ${name} is 500 characters or longer`);
    else parameters[name] = value;
  }
  return parameters;
}
