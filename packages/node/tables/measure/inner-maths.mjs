// `node inner-maths.mjs tfjs_binding.node`: prints its measurements as JSON; a process of its own, because TensorFlow reads TF_ENABLE_ONEDNN_OPTS once.
import { pathToFileURL } from 'node:url';
import { dataTypes } from '../registry.mjs';
import { casesOf } from './cases.mjs';
import { openLibrary } from './library.mjs';
import { ulpsBetween } from './numbers.mjs';

/** Half a unit of the last place is one rounding; the rest is the float32 arithmetic itself, which may go another way. */
export const MOST_ULPS = 0.5 + 1 / 16;

/** What is that far off is not told further. */
const FARTHEST = 9999;

const formats = /** @type {const} */ (['float16', 'bfloat16']);

/**
 * What was measured of one op in one format.
 * @typedef {{ readonly op: string, readonly format: 'float16' | 'bfloat16', readonly ulps: number, readonly results: number, readonly different: number, readonly failure?: string }} Measurement
 */

/**
 * Compares every op in half and in bfloat16 with itself in float32, on the CPU.
 *
 * @param {string} addon - tfjs_binding.node
 * @returns {{ readonly version: string, readonly measurements: readonly Measurement[] }}
 */
export function measureInnerMaths(addon) {
  const library = openLibrary(addon);
  const measurements = formats.flatMap((format) =>
    Object.entries(casesOf(format)).map(([op, calls]) => measureOp(library, op, calls, format)),
  );
  return { version: library.version, measurements };
}

/**
 * @param {ReturnType<typeof openLibrary>} library
 * @param {string} op
 * @param {readonly import('./library.mjs').Call[]} calls
 * @param {'float16' | 'bfloat16'} format
 * @returns {Measurement}
 */
function measureOp(library, op, calls, format) {
  const type = dataTypes[format];
  let [ulps, results, different] = [0, 0, 0];
  try {
    for (const call of calls) {
      const exact = exactly(library, call, type);
      const wide = library.run(exact, dataTypes.float32);
      for (const [i, { half, values }] of library.run(exact, type).slice(0, call.compared).entries()) {
        const reference = /** @type {import('./library.mjs').Output} */ (wide[i]).values;
        const once = half ? library.rounded(reference, type) : reference;
        if (values.length !== reference.length) throw new Error('it gives no numbers'); // as 2.9's bfloat16 kernels for oneDNN without oneDNN
        results += values.length;
        for (const [at, value] of values.entries()) {
          if (!Object.is(value, once[at])) different++;
          ulps = Math.max(ulps, ulpsBetween(value, Number(reference[at]), format, call.scale));
        }
      }
    }
  } catch (error) {
    return { op, format, ulps: FARTHEST, results, different, failure: String(error) };
  }
  return { op, format, ulps: Math.min(ulps, FARTHEST), results, different };
}

/**
 * The call with numbers that the format can hold, so that both computations start from the same ones.
 *
 * @param {ReturnType<typeof openLibrary>} library
 * @param {import('./library.mjs').Call} call
 * @param {number} type
 * @returns {import('./library.mjs').Call}
 */
function exactly(library, call, type) {
  const inputs = call.inputs.map((input) => {
    const x = input.result ? library.run(exactly(library, input.result, type), dataTypes.float32)[0]?.values : input.x;
    return x ? { x: library.rounded(x, type), shape: input.shape } : input;
  });
  return { ...call, inputs };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  process.stdout.write(JSON.stringify(measureInnerMaths(process.argv[2] ?? '')));
