import type { MeteredGpu } from '../device.ts';
import type { StepSpec } from '../step-spec.ts';
import type { Subject } from '../subject.ts';

export async function openJax(spec: StepSpec, gpu: MeteredGpu | null): Promise<Subject> {
  throw new Error(`${spec.model} ${gpu?.description}`);
}
