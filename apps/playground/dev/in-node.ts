/** The same training in Node, on Dawn: `node BUNDLE SETTINGS` prints the losses of each policy as JSON. The site's browser suite compares pages with it. */
import type { io } from '@tensorflow/tfjs-core';
import type { FromWorker } from '../src/protocol.ts';
import type { PolicyName, Settings } from '../src/state/settings.ts';
import { TrainingSession } from '../src/training-session.ts';

const settings = JSON.parse(process.argv[2] ?? '') as Settings;
const losses: Partial<Record<PolicyName, (number | null)[]>> = {};
let last: FromWorker | undefined;
const kept = new Map<PolicyName, io.ModelArtifacts>();
const session = new TrainingSession({
  post(message) {
    last = message;
    if (message.kind === 'step') (losses[message.policy] ??= []).push(message.record.loss);
  },
  targetOf: (policy) => ({
    async save(artifacts) {
      kept.set(policy, artifacts);
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    },
    load: async () => kept.get(policy) ?? {},
  }),
  emulate: { base: 'cpu' },
  only: 'webgpu',
});
await session.start({ kind: 'start', settings, images: null, resume: false });
if (last?.kind !== 'done')
  throw new Error(`[playground] the training in Node must come to its end, got ${JSON.stringify(last)}. Is there a GPU driver?`);
await session.dispose();
console.log(JSON.stringify(losses));
process.exit(); // Dawn's threads would keep it alive
