import { engine, serialization } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { expect, it } from 'vitest';
import { cnn } from '../../src/models/cnn.ts';
import { ownLayersOf } from '../../src/models/own-layers.ts';
import { transformer } from '../../src/models/transformer.ts';
import { unet } from '../../src/models/unet.ts';

it('names exactly the layers of a model that plain tfjs does not know', () => {
  const models = [
    cnn({ model: 'cnn', side: 16, channels: 1, classes: 2 }),
    unet({ model: 'unet', side: 16 }),
    transformer({ model: 'transformer', tokens: 8, vocabulary: 8 }),
  ];
  const known = serialization.SerializationMap.getMap().classNameMap;
  for (const model of models) {
    const unknown = new Set(model.layers.map((layer) => layer.getClassName()).filter((name) => !(name in known)));
    expect(new Set(ownLayersOf(model))).toEqual(unknown);
    model.dispose();
  }
  expect(models.map((model) => ownLayersOf(model).length)).toEqual([0, 0, 3]);
  expect(engine().state.numTensors).toBe(0);
});
