import type { GraphModel } from '@tensorflow/tfjs-converter';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { LayerSummary, ModelSummary } from './layer-summary.ts';
import { summarizeModel } from './summarize-model.ts';

const COLUMNS = [
  { title: 'layer', cell: ({ path, className }: LayerSummary) => `${path} (${className})` },
  { title: 'policy', cell: ({ policy }: LayerSummary) => policy },
  { title: 'weights', cell: ({ storage }: LayerSummary) => storage },
  { title: 'params', cell: ({ parameters }: LayerSummary) => group(parameters), right: true },
  { title: 'bytes f32', cell: ({ bytesFloat32 }: LayerSummary) => group(bytesFloat32), right: true },
  { title: 'bytes now', cell: ({ bytesNow }: LayerSummary) => group(bytesNow), right: true },
  { title: 'why float32', cell: ({ float32 }: LayerSummary) => float32.join('; ') },
] as const;

/**
 * Prints a table of a model: a line a layer, or an op of a Graph model that has weights, with policy, storage, parameters, bytes in float32 and now, and why something of
 * it stays float32.
 *
 * Synchronous; reads no weight and never waits for the GPU. `summarizeModel` gives the same as data.
 *
 * @param model - a Layers or Graph model, in mixed precision or not
 * @param print - gets the table line by line; `console.log` unless given
 * @throws as `summarizeModel`
 *
 * @example
 * const lines = [];
 * summary(mixedPrecision(tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3], name: 'logits' })] })), (line) => lines.push(line));
 * lines.at(-1); // '8 parameters, 8 of them trained; 32 bytes in float32, 32 now (100 %); no loss scaling'
 */
export function summary(model: LayersModel | GraphModel, print: (line: string) => void = console.log): void {
  const data = summarizeModel(model);
  for (const line of tableOf(data)) print(line);
  print(totals(data));
}

function tableOf({ layers }: ModelSummary): readonly string[] {
  const rows = [COLUMNS.map(({ title }) => title as string), ...layers.map((layer) => COLUMNS.map(({ cell }) => cell(layer)))];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => ('right' in (COLUMNS[column] ?? {}) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  return [lines[0] as string, widths.map((width) => '-'.repeat(width)).join('  '), ...lines.slice(1)];
}

function totals({ parameters, trainable, bytesFloat32, bytesNow, lossScaling }: ModelSummary): string {
  const share = bytesFloat32 === 0 ? 100 : Math.round((100 * bytesNow) / bytesFloat32);
  return `${group(parameters)} parameters, ${group(trainable)} of them trained; ${group(bytesFloat32)} bytes in float32, ${group(bytesNow)} now (${share} %); ${lossScaling ? 'the loss is scaled' : 'no loss scaling'}`;
}

function group(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}
