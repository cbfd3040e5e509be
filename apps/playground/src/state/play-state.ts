import type { DeviceReport, FromWorker, HalfFiles } from '../protocol.ts';
import type { RunHistory } from './records.ts';
import { runsOf, type Settings } from './settings.ts';

/** Where a training stands. */
export type Phase = 'idle' | 'preparing' | 'training' | 'paused' | 'stopped' | 'done' | 'lost' | 'failed';

/** The checkpoint that this browser holds, as far as the page knows. */
export interface SavedRun {
  readonly settings: Settings;
  readonly step: number;
  /** ISO 8601. */
  readonly savedAt: string;
}

/** All that the page shows; plain data. */
export interface PlayState {
  readonly phase: Phase;
  /** What was asked of the worker and has not happened yet. */
  readonly asked: 'pause' | 'stop' | null;
  readonly settings: Settings;
  /** What is done while a training is prepared. */
  readonly preparing: string;
  readonly device: DeviceReport | null;
  readonly versions: Readonly<Record<string, string>>;
  /** Where the examples come from, in words. */
  readonly source: string | null;
  readonly parameters: number;
  readonly runs: readonly RunHistory[];
  readonly saved: SavedRun | null;
  /** The step that a training went on from; `null` for one from the start. */
  readonly resumedAt: number | null;
  /** What went wrong without ending the training. */
  readonly warning: string | null;
  /** Why it was lost or has failed. */
  readonly error: string | null;
  readonly half: HalfFiles | null;
}

/** What a visitor does. */
export type PageEvent =
  | { readonly kind: 'change'; readonly settings: Settings }
  | { readonly kind: 'start'; readonly settings: Settings }
  | { readonly kind: 'ask'; readonly what: 'pause' | 'stop' }
  /** A training that was stopped before its first step: its worker is gone. */
  | { readonly kind: 'abandoned' }
  | { readonly kind: 'refused'; readonly message: string };

export type PlayEvent = PageEvent | FromWorker;

/** The state of a page that was just opened. Pure. */
export function openedState(settings: Settings, saved: SavedRun | null): PlayState {
  return {
    phase: 'idle',
    asked: null,
    settings,
    preparing: '',
    device: null,
    versions: {},
    source: null,
    parameters: 0,
    runs: [],
    saved,
    resumedAt: null,
    warning: null,
    error: null,
    half: null,
  };
}

/** Whether a worker is at work that a new training would end. Pure. */
export function isBusy({ phase }: Pick<PlayState, 'phase'>): boolean {
  return phase === 'preparing' || phase === 'training' || phase === 'paused';
}

/** The step that all runs have reached; 0 before the first. Pure. */
export function stepOf({ runs }: Pick<PlayState, 'runs'>): number {
  return runs.length === 0 ? 0 : Math.min(...runs.map(({ records }) => records.at(-1)?.step ?? 0));
}

/**
 * The next state of the page.
 *
 * Pure. What the worker says after a training has ended (a device that is lost while the page shows the end, a message that
 * crossed with `stop`) changes nothing that is shown already.
 *
 * @param state - left as it is
 * @param event - what a visitor did, or what the worker said
 */
export function nextState(state: PlayState, event: PlayEvent): PlayState {
  switch (event.kind) {
    case 'change':
      return isBusy(state) ? state : { ...state, settings: event.settings };
    case 'start':
      return { ...openedState(event.settings, state.saved), phase: 'preparing' };
    case 'ask':
      return state.phase === 'training' || (state.phase === 'paused' && event.what === 'stop') ? { ...state, asked: event.what } : state;
    case 'abandoned':
      return state.phase === 'preparing' ? { ...state, phase: 'stopped', asked: null } : state;
    case 'refused':
      return { ...state, error: event.message };
    case 'half':
      return { ...state, half: { files: event.files, bytes: event.bytes, bytesBefore: event.bytesBefore, ownLayers: event.ownLayers } };
    case 'halfFailed':
      return { ...state, warning: event.message };
    default:
      return isBusy(state) ? worked(state, event) : state;
  }
}

type Work = Exclude<FromWorker, { readonly kind: 'half' | 'halfFailed' }>;

/** What the worker says while it is at work. */
function worked(state: PlayState, event: Work): PlayState {
  switch (event.kind) {
    case 'preparing':
      return { ...state, preparing: event.what };
    case 'ready':
      return begun(state, event);
    case 'step': {
      const runs = state.runs.map((run) => (run.policy === event.policy ? { ...run, records: [...run.records, event.record] } : run));
      return { ...state, phase: state.phase === 'preparing' ? 'training' : state.phase, runs };
    }
    case 'judged':
      return { ...state, runs: state.runs.map((run) => (run.policy === event.policy ? { ...run, heldOut: event.heldOut } : run)) };
    case 'saved':
      return { ...state, saved: { settings: state.settings, step: event.step, savedAt: event.savedAt } };
    case 'unsaved':
      return { ...state, warning: event.message };
    case 'training':
      return { ...state, phase: 'training', asked: null };
    case 'paused':
    case 'stopped':
    case 'done':
      return { ...state, phase: event.kind, asked: null };
    case 'lost':
    case 'failed':
      return { ...state, phase: event.kind, asked: null, error: event.message };
    default:
      return event satisfies never;
  }
}

function begun(state: PlayState, event: Extract<Work, { readonly kind: 'ready' }>): PlayState {
  const { device, versions, source, parameters, runs } = event;
  const known = runsOf(state.settings).map((policy) => runs.find((run) => run.policy === policy) ?? { policy, records: [], heldOut: null });
  const resumedAt = stepOf({ runs: known });
  return { ...state, device, versions, source, parameters, runs: known, resumedAt: resumedAt === 0 ? null : resumedAt };
}
