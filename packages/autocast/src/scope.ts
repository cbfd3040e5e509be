import { engine } from '@tensorflow/tfjs-core';
import type { Policy } from '@halftone/policy';
import { policy as toPolicy } from '@halftone/policy';
import { widenOutputs } from './outputs.ts';
import { requirePlugin } from './require-plugin.ts';
import { state } from './state.ts';
import { bindTape, markTape } from './tape.ts';

const FULL_PRECISION: Policy = toPolicy('float32');

/**
 * Runs a function under a precision policy.
 *
 * Every kernel that tfjs runs inside is stored as the policy says; the backward pass of what was recorded inside runs
 * under the same policy later, wherever it runs. Scopes nest: the innermost wins, so a float32 scope inside a half one
 * is float32. Tensors that leave the outermost scope get the policy's `output` storage.
 *
 * Synchronous, never waits for the GPU. It owns nothing: tensors made inside follow tfjs's rules (`tidy`, `dispose`).
 *
 * @param policy - a policy or its name: `mixed_float16`, `mixed_bfloat16`, `float32`, or `param=…,compute=…,output=…`
 * @param fn - synchronous function; its result is returned
 * @throws TypeError if `fn` is asynchronous: other code would run under the policy meanwhile
 * @throws Error if the current backend has no precision plug-in and the policy asks for half
 *
 * @example
 * autocast('float32', () => 1 + 1); // 2
 */
export function autocast<T>(policy: Policy | string, fn: () => T): T {
  refuseAsyncFunction(fn);
  const chosen = toPolicy(policy);
  if (chosen.compute !== 'float32') requirePlugin(`the policy '${chosen.name}'`, chosen.compute);
  const result = runUnder(chosen, fn);
  if (chosen.compute !== 'float32' && chosen.output === 'float32' && state().scopes.length === 0) widenOutputs(result);
  return result;
}

/**
 * Runs a function in float32, whatever scope it is called in.
 *
 * For losses, statistics and everything else that must not be narrowed. Works on every backend.
 * Synchronous, never waits for the GPU.
 *
 * @param fn - synchronous function; its result is returned
 * @throws TypeError if `fn` is asynchronous
 *
 * @example
 * fullPrecision(() => 6 * 7); // 42
 */
export function fullPrecision<T>(fn: () => T): T {
  refuseAsyncFunction(fn);
  return runUnder(FULL_PRECISION, fn);
}

/**
 * Sets the policy that holds outside of every scope, for programs that have no place to put a scope (`model.fit`).
 *
 * It is ambient by its nature: it holds for all code of the process on a backend with a plug-in, until undone.
 *
 * @param policy - a policy or its name
 * @returns a function that puts the previous default back
 * @throws Error if the current backend has no precision plug-in and the policy asks for half
 *
 * @example
 * const undo = setDefaultPolicy('float32');
 * currentPolicy()?.name; // 'float32'
 * undo();
 * currentPolicy(); // null
 */
export function setDefaultPolicy(policy: Policy | string): () => void {
  const chosen = toPolicy(policy);
  if (chosen.compute !== 'float32') requirePlugin(`the default policy '${chosen.name}'`, chosen.compute);
  const shared = state();
  const previous = shared.defaultPolicy;
  shared.defaultPolicy = chosen;
  return () => {
    shared.defaultPolicy = previous;
  };
}

/**
 * The policy in force right here: the innermost scope's, else the default, else `null`.
 *
 * @example
 * currentPolicy(); // null
 * fullPrecision(() => currentPolicy()?.name); // 'float32'
 */
export function currentPolicy(): Policy | null {
  const { scopes, defaultPolicy } = state();
  return scopes[scopes.length - 1] ?? defaultPolicy;
}

/** Opens a scope without the checks of `autocast`; gradients use it to run under the policy of their forward pass. */
function runUnder<T>(policy: Policy, fn: () => T): T {
  const { scopes } = state();
  const depth = scopes.push(policy);
  const start = markTape(engine());
  let result: T;
  try {
    result = fn();
  } finally {
    scopes.length = depth - 1;
    bindTape(engine(), start, (work) => runUnder(policy, work));
  }
  refusePromise(result);
  return result;
}

function refuseAsyncFunction(fn: () => unknown): void {
  if (typeof fn !== 'function') {
    throw new TypeError(`[autocast] fn must be a function, got ${typeof fn}. Pass () => … that returns tensors.`);
  }
  if (fn.constructor.name === 'AsyncFunction') throw asyncError('an async function');
}

function refusePromise(result: unknown): void {
  if (typeof result !== 'object' || result === null || !('then' in result) || typeof result.then !== 'function') return;
  void Promise.resolve(result).catch(() => undefined); // its own failure must not hide this one
  throw asyncError('a function that returned a Promise');
}

function asyncError(got: string): TypeError {
  return new TypeError(
    `[autocast] a scope is synchronous, got ${got}. ` +
      'Open one scope for each synchronous part and await between them: const y = autocast(policy, () => model.predict(x)); await y.data().',
  );
}
