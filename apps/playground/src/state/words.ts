import { formatBytes } from '../charts/measures.ts';
import type { HalfFiles } from '../protocol.ts';
import { stepOf, type PlayState, type SavedRun } from './play-state.ts';
import { MODELS, runsOf, type Settings } from './settings.ts';

/**
 * What state a training is in, in one sentence: what is read out when it changes.
 *
 * Pure.
 */
export function statusText(state: PlayState): string {
  const step = stepOf(state);
  const of = `step ${step} of ${state.settings.steps}`;
  switch (state.phase) {
    case 'idle':
      return 'Ready.';
    case 'preparing':
      return 'Preparing.';
    case 'training':
      if (state.asked === 'pause') return 'Pausing after this step.';
      if (state.asked === 'stop') return 'Stopping after this step.';
      return state.resumedAt === null ? 'Training.' : `Training goes on from step ${state.resumedAt}.`;
    case 'paused':
      return state.asked === 'stop' ? 'Stopping.' : `Paused at ${of}${state.saved?.step === step ? ', saved in this browser' : ''}.`;
    case 'stopped':
      return `Stopped at ${of}.`;
    case 'done':
      return `Done: ${of}.`;
    case 'lost':
      return `The GPU device was lost at ${of}.`;
    case 'failed':
      return 'The training has failed.';
    default:
      return state.phase satisfies never;
  }
}

/** How far it is, for the bar: what is being prepared, or the step. Pure. */
export function progressText({ phase, preparing, settings, runs }: PlayState): string {
  const step = stepOf({ runs });
  if (phase === 'preparing' || (phase === 'training' && step === 0)) return preparing === '' ? 'starting' : preparing;
  return runs.length === 0 ? '' : `step ${step} of ${settings.steps}`;
}

/** What trains, as soon as it is known; where there is no WebGPU, that first. Pure. */
export function deviceText({ device, source, parameters }: PlayState): string {
  if (device === null) return '';
  const on =
    device.kind === 'webgpu'
      ? `WebGPU on ${device.description}, float16 stored as ${device.codec}${device.isCpu ? ' (a CPU driver: right numbers, slow)' : ''}`
      : `No WebGPU here (${device.why ?? 'none'}): ${device.description}, the same rounding, slower, and no memory saved`;
  return `${on}. ${source ?? ''}. ${parameters.toLocaleString('en')} parameters.`;
}

/** What a training with these settings is, in one sentence. Pure. */
export function planText(settings: Settings): string {
  const runs = runsOf(settings);
  const both = runs.length > 1 ? `twice from the same seed, in ${runs[0]} and in ${runs[1]}` : `in ${runs[0]}`;
  return `${MODELS[settings.model].title}. Trained ${both}, ${settings.steps} steps of ${settings.batch}.`;
}

/** What the saved run is. Pure. */
export function savedText({ settings, step, savedAt }: SavedRun): string {
  const when = new Date(savedAt).toLocaleString('en', { dateStyle: 'medium', timeStyle: 'short' });
  return `${settings.model} in ${runsOf(settings).join(' and ')}, step ${step} of ${settings.steps}, saved ${when}`;
}

/** What halving did to a model's weights, and what opens the files. Pure. */
export function filesText({ bytes, bytesBefore, ownLayers }: HalfFiles): string {
  const first = ownLayers.length === 0 ? '' : ` after ${ownLayers.join(', ')} were registered, which are layers of this playground`;
  return `Weights take ${formatBytes(bytes)}, ${formatBytes(bytesBefore)} in float32; tf.loadLayersModel opens them${first}.`;
}
