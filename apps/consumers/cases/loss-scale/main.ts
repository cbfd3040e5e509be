import {
  createStepGuard,
  dynamicLossScale,
  guardCall,
  lossScaleVerdict,
  noLossScale,
  staticLossScale,
  StepOrderError,
} from '@halftone/loss-scale';
import { refusal, same } from '../ensure.ts';

const machine = dynamicLossScale({ initialScale: 1024, growthInterval: 2 });
let state = machine.init();
for (const finite of [false, true, true, false]) state = machine.next(state, finite);
same([state.scale, state.skipped, state.applied], [512, 2, 2], 'a dynamic scale');
same(machine.restore(JSON.parse(JSON.stringify(state)) as typeof state), state, 'JSON there and back');
same(lossScaleVerdict(machine, state).status, 'ok', 'verdict');
same([noLossScale().init().scale, staticLossScale(8).init().scale], [1, 8], 'the other two');
const message = await refusal(() => guardCall(createStepGuard(), { call: 'update' }), 'update before step');
same(message.startsWith('[loss-scale]'), true, `a wrong order is refused: ${message}`);
same(typeof StepOrderError, 'function', 'the error class');
console.log('scale 1024 → 512 → 1024 → 512');
