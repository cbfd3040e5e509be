import type { StepRecord } from '../state/records.ts';
import type { DeviceReport } from '../protocol.ts';

/** One number of every step, as a chart shows it. */
export interface Measure {
  readonly name: string;
  readonly title: string;
  /** One sentence on what is seen. */
  readonly about: (device: DeviceReport | null) => string;
  readonly valueOf: (record: StepRecord) => number | null;
  readonly format: (value: number) => string;
  /** How the axis goes: scales double and halve. */
  readonly axis: 'linear' | 'doubling';
  /** Whether it begins at zero. */
  readonly fromZero: boolean;
  /** Whether the first steps are left out of what the axis spans: they compile kernels. */
  readonly hidesFirst: boolean;
  /** Whether skipped steps are marked. */
  readonly marksSkipped: boolean;
}

const UNITS = ['B', 'kB', 'MB', 'GB'] as const;

/**
 * Bytes in words, in powers of 1000.
 *
 * Pure.
 *
 * @example
 * formatBytes(4_190_000); // '4.19 MB'
 */
export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 ? value.toFixed(0) : value.toPrecision(3)} ${UNITS[power]}`;
}

const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
const milliseconds = (value: number): string => (value < 10 ? `${value.toFixed(1)} ms` : `${value.toFixed(0)} ms`);

/** The charts, in their order. */
export const MEASURES: readonly Measure[] = [
  {
    name: 'loss',
    title: 'Loss',
    about: () => 'Of each batch, before the update. Two curves on one another: the same training.',
    valueOf: ({ loss }) => loss,
    format: (value) => value.toPrecision(4),
    axis: 'linear',
    fromZero: true,
    hidesFirst: false,
    marksSkipped: false,
  },
  {
    name: 'accuracy',
    title: 'Accuracy',
    about: () => 'Part of each batch that is right.',
    valueOf: ({ accuracy }) => accuracy,
    format: percent,
    axis: 'linear',
    fromZero: true,
    hidesFirst: false,
    marksSkipped: false,
  },
  {
    name: 'scale',
    title: 'Loss scale',
    about: () => 'By how much the loss is lifted, so that gradients fit float16. A step that overflows is skipped and marked.',
    valueOf: ({ scale }) => scale,
    format: (value) => value.toLocaleString('en'),
    axis: 'doubling',
    fromZero: false,
    hidesFirst: false,
    marksSkipped: true,
  },
  {
    name: 'time',
    title: 'Step time',
    about: (device) =>
      `From the first operation to the loss on the host; the first steps compile kernels.${device?.isCpu === true ? ' This is a CPU: it says nothing about a GPU.' : ''}`,
    valueOf: ({ milliseconds: value }) => value,
    format: milliseconds,
    axis: 'linear',
    fromZero: true,
    hidesFirst: true,
    marksSkipped: false,
  },
  {
    name: 'bytes',
    title: 'Device bytes',
    about: (device) =>
      device?.kind === 'emulate'
        ? 'The most during each step, as 16-bit storage would take it: the emulation itself saves nothing.'
        : 'The most that the device of each run held during a step, pools included.',
    valueOf: ({ peakBytes }) => peakBytes,
    format: formatBytes,
    axis: 'linear',
    fromZero: true,
    hidesFirst: false,
    marksSkipped: false,
  },
];
