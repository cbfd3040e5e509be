import type { Conversion } from '../../current-lowering.ts';
import { narrowing, widening } from '../../lowering/conversion.ts';

/** Writes the function that rounds to a storage and returns its name; `binder.functions` gets the text. */
export type Rounding = (storage: 'float16' | 'bfloat16', width: 1 | 4, functions: Map<string, string>) => string;

/** Rounds a float32 to a storage and back, by the conversions that loads and stores use. */
export function roundingOf({ narrow, widen }: Pick<Conversion, 'narrow' | 'widen'>): Rounding {
  return (storage, width, functions) => {
    const name = `round_${storage}_${width}`;
    if (functions.has(name)) return name;
    const helpers = { prefix: 'round_', options: { narrow, widen, overflow: 'infinity' as const }, text: functions };
    const codec = storage === 'bfloat16' ? 'bfloat16' : 'packed-f16';
    const type = width === 4 ? 'vec4<f32>' : 'f32';
    const call = `${widening(helpers, codec, width)}(${narrowing(helpers, codec, width)}(value))`;
    functions.set(name, `fn ${name}(value : ${type}) -> ${type} { return ${call}; }`);
    return name;
  };
}
