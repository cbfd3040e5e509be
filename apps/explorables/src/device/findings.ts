import { inShort } from '../shared/number-words.ts';
import type { CaptionedTable } from '../shared/captioned-table.ts';
import { bytesWords } from './advice.ts';
import type { AdapterFindings } from './check-device.ts';
import type { ProbeReport } from './probe.ts';

/** What the check found, as a table. */
export function adapterTable({ adapter, shaderF16, subgroups, limits }: AdapterFindings): CaptionedTable {
  const yes = (has: boolean): string => (has ? 'yes' : 'no');
  return {
    caption: 'What the adapter says of itself',
    columns: ['property', 'value'],
    rows: [
      ['adapter', adapter.description],
      ['vendor, architecture', [adapter.vendor, adapter.architecture].filter((part) => part !== '').join(', ') || 'not told'],
      ['a program on the processor', yes(adapter.isCpu)],
      ['shader-f16', yes(shaderF16)],
      ['subgroups', yes(subgroups)],
      ['largest buffer', bytesWords(limits.maxBufferSize)],
      ['largest buffer that a kernel sees', bytesWords(limits.maxStorageBufferBindingSize)],
      ['buffers of a kernel', String(limits.maxStorageBuffersPerShaderStage)],
      ['memory of a workgroup', bytesWords(limits.maxComputeWorkgroupStorageSize)],
      ['threads of a workgroup', String(limits.maxComputeInvocationsPerWorkgroup)],
    ],
  };
}

/** How the device converts between float32 and 16 bits, as probed. */
export function conversionTable({ capabilities: { numerics } }: ProbeReport): CaptionedTable {
  const { native, packed } = numerics;
  const regular = (found: string): string => (found === 'other' ? 'not as IEEE 754 says' : found);
  const row = (title: string, key: keyof typeof packed): string[] => [
    title,
    regular(native?.[key] ?? 'no shader-f16'),
    regular(packed[key]),
  ];
  return {
    caption: 'How this device narrows float32 to 16 bits, as probed',
    columns: ['what', 'f16 type', 'pack2x16float'],
    rows: [
      row('rounding', 'rounding'),
      row('beyond the largest', 'overflow'),
      row('subnormals', 'subnormals'),
      row('infinities', 'infinities'),
      row('NaN', 'nan'),
      row('widening back', 'widening'),
    ],
  };
}

/** What Halftone does about it, in sentences. */
export function conversionWords({ capabilities }: ProbeReport): string {
  const { codecs, conversion, numerics, float32Only } = capabilities;
  if (float32Only !== undefined) return `Everything stays float32: ${float32Only}.`;
  const ways = {
    hardware: "the device's own conversion, which is exact here",
    software: 'integer arithmetic of its own, because the device is not exact',
  } as const;
  const same = conversion.narrow === conversion.widen;
  const how = same
    ? `Halftone converts with ${ways[conversion.narrow]}`
    : `Halftone narrows with ${ways[conversion.narrow]}, and widens with ${ways[conversion.widen]}`;
  return `float16 is stored as ${codecs.float16}. ${how}. Subnormal float32 numbers are ${numerics.float32Subnormals}.`;
}

/** The test product in both storages, as a table. */
export function productTable({ size, exactSample, products }: ProbeReport): CaptionedTable {
  const cells = (tell: (run: ProbeReport['products'][number]) => string): string[] => products.map(tell);
  return {
    caption: `Two ${size}x${size} matrices of numbers between -1 and 1, multiplied on this device`,
    columns: ['what', ...products.map(({ storage }) => storage), 'exact'],
    rows: [
      ...exactSample.map((exact, i) => [`number ${i + 1}`, ...cells(({ sample }) => nineDigits(sample[i] ?? NaN)), nineDigits(exact)]),
      ['largest error', ...cells(({ largestError }) => inShort(largestError)), '0'],
      ['as a part of the largest number', ...cells(({ relativeError }) => inShort(relativeError)), '0'],
      ['all within rounding', ...cells(({ withinRounding }) => (withinRounding ? 'yes' : 'NO')), ''],
      ['bytes of the result', ...cells(({ resultBytes }) => bytesWords(resultBytes)), ''],
      ['first call, with compiling', ...cells(({ firstMs }) => milliseconds(firstMs)), ''],
      ['later calls, until the numbers are back (median of 9)', ...cells(({ medianMs }) => milliseconds(medianMs)), ''],
    ],
  };
}

/** What the product shows, in a sentence; a wrong product is said first. */
export function productWords({ products }: ProbeReport): string {
  const wrong = products.filter(({ withinRounding }) => !withinRounding).map(({ storage }) => storage);
  if (wrong.length > 0)
    return `This device multiplies wrongly in ${wrong.join(' and ')}: do not train on it, and please report it with the JSON below.`;
  return 'Both products are right within their rounding. The times are those of a tiny product and mostly waiting; they say nothing about training.';
}

function milliseconds(value: number): string {
  return `${Number(value.toPrecision(3))} ms`;
}

function nineDigits(value: number): string {
  return String(Number(value.toPrecision(9)));
}
