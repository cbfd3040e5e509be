import { installGpuMeter } from '@halftone/testing/meter';
import inspector from 'node:inspector/promises';
import fs from 'node:fs';
const files = fs.readdirSync('./dist');
const text = (f) => fs.readFileSync('./dist/' + f, 'utf8');
const child = files.find((f) => f.startsWith('child-') && text(f).includes('openSubject'));
console.log(files.filter((f) => text(f).includes('openSubject')));
const sub = files.find((f) => /^subject/.test(f) && text(f).includes('createOptimizer'));
const ns = await import('./dist/' + sub);
const openSubject = Object.values(ns).find((v) => v.name === 'openSubject');
const model = process.argv[2] ?? 'transformer',
  policy = process.argv[3] ?? 'mixed_float16',
  backend = process.argv[4] ?? 'halftone-webgpu';
const defaults = {
  cnn: { batch: 64, size: 28, depth: 1 },
  mlp: { batch: 128, size: 256, depth: 1 },
  transformer: { batch: 8, size: 64, depth: 2 },
}[model];
const s = await openSubject({ model, backend, policy, options: { ...defaults, seed: 2 }, countOnly: false, warmUp: 4, counted: 3 });
for (let i = 0; i < 8; i++) await s.step();
const session = new inspector.Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.setSamplingInterval', { interval: 200 });
await session.post('Profiler.start');
const times = [];
for (let i = 0; i < 25; i++) {
  const t = performance.now();
  await s.step();
  times.push(performance.now() - t);
}
const { profile } = await session.post('Profiler.stop');
fs.mkdirSync('/tmp/prof', { recursive: true });
fs.writeFileSync('/tmp/prof/p.json', JSON.stringify(profile));
times.sort((a, b) => a - b);
console.log('median', times[12]);
process.exit(0);
