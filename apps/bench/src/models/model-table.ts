import { cnn } from './cnn.ts';
import { distilgpt2 } from './distilgpt2.ts';
import { mlp } from './mlp.ts';
import { mobilenetv2 } from './mobilenet-v2.ts';
import type { ModelDefinition } from './model.ts';
import { resnet50 } from './resnet-50.ts';
import { transformer } from './transformer.ts';
import { unet } from './unet.ts';

/** All models by name. */
export const models = { cnn, mlp, transformer, mobilenetv2, resnet50, unet, distilgpt2 } as const satisfies Record<string, ModelDefinition>;

export type ModelName = keyof typeof models;

/** Whether a model of that name exists. */
export function isModelName(name: string): name is ModelName {
  return Object.hasOwn(models, name);
}
