// Measures encode and decode of a million values against @petamoriken/float16 and the native Float16Array.
//   node packages/float16/bench/codec.mjs [--values 1000000] [--rounds 31] [--json]
// Contestants take turns, so that a busy machine hurts all alike; median and fastest of the rounds, in milliseconds.
// Exit code 1 if a JavaScript library is faster than we are at the same work.
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import * as petamoriken from '@petamoriken/float16';
import { compileSources } from '../evidence/load-sources.mjs';

const { values: options } = parseArgs({
  options: {
    values: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '31' },
    json: { type: 'boolean', default: false },
  },
});
const count = Number(options.values);
const { decode, encode, round, summarize } = await import(compileSources());
const Native = globalThis.Float16Array;

// Weights of a network: normally distributed, deviation 0.05; activations: half of them zero. xorshift32, fixed seed.
let state = 2463534242;
const uniform = () => {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return ((state >>> 0) + 0.5) / 2 ** 32;
};
const normal = () => 0.05 * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
const doubles = Float64Array.from({ length: count }, normal);
const weights = Float32Array.from(doubles);
const activations = weights.map((x) => Math.max(x, 0));
const list = Array.from(weights);
const codes = encode(weights, 'float16');
const codes8 = encode(weights, 'float8_e4m3fn');
const halves = new petamoriken.Float16Array(weights);
const nativeHalves = Native && new Native(weights);

const withoutNative = (work) => () => {
  globalThis.Float16Array = undefined;
  work();
  globalThis.Float16Array = Native;
};
/** Work → contestant → function. `ours` meets the budget where it is no slower than `petamoriken`. */
const races = {
  'encode float16, Float32Array of weights': {
    ours: () => encode(weights, 'float16'),
    ...(Native && { 'ours, native hidden': withoutNative(() => encode(weights, 'float16')) }),
    petamoriken: () => new petamoriken.Float16Array(weights),
    native: Native && (() => new Native(weights)),
  },
  'encode float16, Float32Array of activations': {
    ours: () => encode(activations, 'float16'),
    ...(Native && { 'ours, native hidden': withoutNative(() => encode(activations, 'float16')) }),
    petamoriken: () => new petamoriken.Float16Array(activations),
    native: Native && (() => new Native(activations)),
  },
  'encode float16, Float64Array': {
    ours: () => encode(doubles, 'float16'),
    ...(Native && { 'ours, native hidden': withoutNative(() => encode(doubles, 'float16')) }),
    petamoriken: () => new petamoriken.Float16Array(doubles),
    native: Native && (() => new Native(doubles)),
  },
  'encode float16, plain array': {
    ours: () => encode(list, 'float16'),
    petamoriken: () => new petamoriken.Float16Array(list),
    native: Native && (() => new Native(list)),
  },
  'decode float16': {
    ours: () => decode(codes, 'float16'),
    petamoriken: () => new Float32Array(halves),
    native: Native && (() => new Float32Array(nativeHalves)),
  },
  'encode bfloat16, Float32Array': { ours: () => encode(weights, 'bfloat16') },
  'encode float8_e4m3fn, Float32Array': { ours: () => encode(weights, 'float8_e4m3fn') },
  'decode bfloat16': { ours: () => decode(codes, 'bfloat16') },
  'decode float8_e4m3fn': { ours: () => decode(codes8, 'float8_e4m3fn') },
  'round float16': { ours: () => round(weights, 'float16') },
  'round bfloat16': { ours: () => round(weights, 'bfloat16') },
  'encode float16 toward zero': { ours: () => encode(weights, 'float16', { rounding: 'toward-zero' }) },
  'encode float16 stochastic': { ours: () => encode(weights, 'float16', { rounding: 'stochastic' }) },
  'summarize float16': { ours: () => summarize(weights, 'float16') },
};

const results = {};
for (const [work, contestants] of Object.entries(races)) {
  const entries = Object.entries(contestants).filter(([, run]) => run);
  const times = Object.fromEntries(entries.map(([name]) => [name, []]));
  for (let i = -3; i < Number(options.rounds); i++) {
    for (const [name, run] of entries) {
      const begun = performance.now();
      run();
      if (i >= 0) times[name].push(performance.now() - begun); // the first rounds warm up
    }
  }
  results[work] = Object.fromEntries(
    entries.map(([name]) => {
      const sorted = times[name].sort((a, b) => a - b);
      return [name, { median: Number(sorted[sorted.length >> 1].toFixed(2)), fastest: Number(sorted[0].toFixed(2)) }];
    }),
  );
}

const slower = Object.keys(results).filter(
  (work) => results[work].petamoriken && results[work].ours.median > results[work].petamoriken.median,
);
if (options.json) {
  console.log(JSON.stringify({ node: process.version, hardware: cpus()[0].model.trim(), values: count, results, slower }));
} else {
  console.log(`${process.version}, ${cpus()[0].model.trim()}, ${count} values, milliseconds: median (fastest)`);
  for (const [work, row] of Object.entries(results)) {
    const cells = Object.entries(row).map(([name, { median, fastest }]) => `${name} ${median.toFixed(2)} (${fastest.toFixed(2)})`);
    console.log(`${work.padEnd(44)} ${cells.join('   ')}`);
  }
  console.log(slower.length === 0 ? 'No JavaScript library is faster.' : `Slower than a JavaScript library: ${slower.join('; ')}`);
}
if (slower.length > 0) process.exitCode = 1;
