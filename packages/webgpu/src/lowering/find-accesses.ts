import type { Access } from './access.ts';
import type { Module } from './module.ts';
import { parseModule } from './module.ts';
import type { Codec } from './request.ts';
import type { Source } from './source.ts';
import { refusal, textAt } from './source.ts';
import { walkFunction } from './statements.ts';
import type { StorageBinding } from './storage-binding.ts';
import { findBindings } from './storage-binding.ts';
import { tokenize } from './tokens.ts';
import type { Walk } from './walk.ts';

/** A shader that was understood: every use of the bindings in it is one of the accesses. */
export interface Analysis {
  readonly source: Source;
  readonly module: Module;
  readonly bindings: ReadonlyMap<string, StorageBinding>;
  readonly accesses: readonly Access[];
}

/**
 * Reads a shader and finds each place where one of the bindings is loaded from or stored to.
 *
 * @throws LoweringError if a binding is missing or of another type, or used in any other way
 */
export function findAccesses(wgsl: string, wanted: Readonly<Record<string, Codec>>): Analysis {
  const source: Source = { wgsl, tokens: tokenize(wgsl) };
  const module = parseModule(source);
  const bindings = findBindings(source, module, wanted);
  const walk: Walk = { source, bindings, accesses: [], hidden: [] };
  for (const declared of module.functions) walkFunction(walk, declared);
  refuseUsesOutside(source, module, bindings);
  return { source, module, bindings, accesses: walk.accesses };
}

/** Outside of bodies a binding's name is only declared; members and parameters may have it too, in front of a colon. */
function refuseUsesOutside(source: Source, { functions, names }: Module, bindings: ReadonlyMap<string, StorageBinding>): void {
  const declared = new Set(names);
  let next = 0;
  for (let i = 0; i < source.tokens.length; i += 1) {
    const body = functions[next];
    if (body?.body === i) {
      i = body.end;
      next += 1;
    } else if (bindings.has(textAt(source, i)) && !declared.has(i) && textAt(source, i + 1) !== ':') {
      throw refusal(source, 'whole-array', i, textAt(source, i));
    }
  }
}
