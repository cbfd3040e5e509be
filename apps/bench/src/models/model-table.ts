import { cnn } from './cnn.ts';
import { mlp } from './mlp.ts';
import type { ModelDefinition } from './model.ts';
import { transformer } from './transformer.ts';

/** All models by name. */
export const models = { cnn, mlp, transformer } as const satisfies Record<string, ModelDefinition>;

export type ModelName = keyof typeof models;

/** Whether a model of that name exists. */
export function isModelName(name: string): name is ModelName {
  return Object.hasOwn(models, name);
}
