import { parentPort, workerData } from 'node:worker_threads';
import { referenceFormat, walkAscending } from './reference.mjs';

const { encode, round } = await import(workerData.sources);
const NativeFloat16Array = globalThis.Float16Array;
const RUN = 65536; // inputs at a time
const modes = [
  { rounding: 'nearest-even', overflow: 'infinity' },
  { rounding: 'nearest-even', overflow: 'saturate' },
  { rounding: 'toward-zero', overflow: 'infinity' },
];
const references = workerData.formats.map(referenceFormat);
const words = new Uint32Array(RUN);
const values = new Float32Array(words.buffer);
const nearest = new Int32Array(RUN);
const lower = new Int32Array(RUN);

/** What a mode must give for position i, as an index into the reference's values; `last + 1` is infinity, -1 is NaN. */
function expectedIndex(reference, mode, i) {
  const magnitude = words[i] & 0x7fffffff;
  if (magnitude > 0x7f800000) return -1;
  const { last, infinity } = reference;
  const index = mode.rounding === 'toward-zero' && magnitude < 0x7f800000 ? lower[i] : nearest[i];
  if (index <= last) return index;
  if (mode.overflow === 'saturate') return last;
  return infinity === null ? -1 : index;
}

function checkRun(count, report) {
  let inputs = 0;
  for (const reference of references) {
    const { name, signBit } = reference;
    for (let i = 0; i < count; i++) words[i] &= 0x7fffffff;
    const numbers = words[0] > 0x7f800000 ? 0 : count;
    if (numbers > 0) walkAscending(reference, values, nearest, lower);
    for (const negative of [0, 1]) {
      if (negative) for (let i = 0; i < count; i++) words[i] |= 0x80000000;
      for (const mode of modes) {
        globalThis.Float16Array = undefined; // our own arithmetic, also where the platform has one
        const own = encode(values.subarray(0, count), name, mode);
        globalThis.Float16Array = NativeFloat16Array;
        const canonical = encode(Float32Array.of(NaN), name)[0];
        for (let i = 0; i < count; i++) {
          const index = expectedIndex(reference, mode, i);
          const right = index === -1 ? own[i] === canonical && reference.isNaN(own[i]) : own[i] === index + negative * signBit;
          if (!right) report(name, `${mode.rounding} ${mode.overflow}`, words[i], own[i]);
        }
        if (name === 'float16' && mode === modes[0] && NativeFloat16Array) checkNative(own, reference, count, report);
        if (mode === modes[0]) checkRound(reference, negative, count, report);
      }
    }
    inputs += 2 * count;
  }
  return inputs;
}

/** The platform alone must agree but for NaN payloads; our use of it must agree with our own arithmetic in every bit. */
function checkNative(own, reference, count, report) {
  const through = encode(values.subarray(0, count), 'float16');
  const alone = new Uint16Array(new NativeFloat16Array(values.subarray(0, count)).buffer);
  for (let i = 0; i < count; i++) {
    if (through[i] !== own[i]) report('float16', 'through native', words[i], through[i]);
    if (alone[i] !== own[i] && !(reference.isNaN(alone[i]) && reference.isNaN(own[i])))
      report('float16', 'native alone', words[i], alone[i]);
  }
}

function checkRound(reference, negative, count, report) {
  const rounded = round(values.subarray(0, count), reference.name);
  for (let i = 0; i < count; i++) {
    const index = expectedIndex(reference, modes[0], i);
    const size = index === -1 ? NaN : index > reference.last ? Infinity : reference.values[index];
    if (!Object.is(rounded[i], negative ? -size : size)) report(reference.name, 'round', words[i], rounded[i]);
  }
}

/** Tests the magnitudes [first, first + count), each with both signs, in every format and mode. */
parentPort.on('message', ({ unit, first, count }) => {
  let inputs = 0;
  let mismatches = 0;
  const examples = [];
  for (let start = first; start < first + count; start += RUN) {
    const run = Math.min(RUN, first + count - start);
    for (let i = 0; i < run; i++) words[i] = start + i;
    inputs += checkRun(run, (format, mode, word, got) => {
      mismatches++;
      if (examples.length < 20) examples.push(`${format} ${mode}: float32 0x${word.toString(16)} gave ${got}`);
    });
  }
  parentPort.postMessage({ unit, inputs, mismatches, examples });
});
