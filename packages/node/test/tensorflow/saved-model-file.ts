import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// Protocol buffers by hand: a field is its number and wire type, then a varint or a length with that many bytes.
type Bytes = readonly number[];
const varint = (value: number): Bytes => (value < 128 ? [value] : [(value & 127) | 128, ...varint(Math.floor(value / 128))]);
const number = (field: number, value: number): Bytes => [...varint(field * 8), ...varint(value)];
const bytes = (field: number, content: Bytes): Bytes => [...varint(field * 8 + 2), ...varint(content.length), ...content];
const text = (field: number, value: string): Bytes => bytes(field, [...Buffer.from(value)]);
const entry = (field: number, key: string, value: Bytes): Bytes => bytes(field, [...text(1, key), ...bytes(2, value)]);

const FLOAT = 1;
const HALF = 19;

interface Node {
  readonly name: string;
  readonly op: string;
  readonly inputs?: readonly string[];
  /** Attribute to type (`AttrValue.type` is field 6). */
  readonly types: Readonly<Record<string, number>>;
}

const nodeDef = ({ name, op, inputs = [], types }: Node): Bytes => [
  ...text(1, name),
  ...text(2, op),
  ...inputs.flatMap((input) => text(3, input)),
  ...Object.entries(types).flatMap(([attribute, type]) => entry(5, attribute, number(6, type))),
];

/** TensorInfo: name, type, shape of unknown rank (`TensorShapeProto.unknown_rank` is field 3). */
const tensorInfo = (name: string, type: number): Bytes => [...text(1, name), ...number(2, type), ...bytes(3, number(3, 1))];

/**
 * Writes a SavedModel without variables: `doubled` = x + x in float32, and `narrow`, the same as half, outside of the
 * signature, as tfjs-node's classes refuse a signature with half in it.
 */
export function writeSavedModel(folder: string): void {
  const nodes: Node[] = [
    { name: 'x', op: 'Placeholder', types: { dtype: FLOAT } },
    { name: 'doubled', op: 'AddV2', inputs: ['x', 'x'], types: { T: FLOAT } },
    { name: 'narrow', op: 'Cast', inputs: ['doubled'], types: { SrcT: FLOAT, DstT: HALF } },
  ];
  const graph = [...nodes.flatMap((node) => bytes(1, nodeDef(node))), ...bytes(4, number(1, 1087))];
  const signature = [
    ...entry(1, 'x', tensorInfo('x:0', FLOAT)),
    ...entry(2, 'doubled', tensorInfo('doubled:0', FLOAT)),
    ...text(3, 'tensorflow/serving/predict'),
  ];
  const metaGraph = [...bytes(1, text(4, 'serve')), ...bytes(2, graph), ...entry(5, 'serving_default', signature)];
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'saved_model.pb'), Uint8Array.from([...number(1, 1), ...bytes(2, metaGraph)]));
}
