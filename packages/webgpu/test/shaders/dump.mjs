// Records the WGSL that stock tfjs emits, as material for the tests of the lowering. Run by hand when tfjs changes:
//   node packages/webgpu/test/shaders/dump.mjs
// Runs a broad set of ops on tfjs's own WebGPU backend (Dawn; any driver, values are not looked at), keeps the shaders that
// differ in how they touch storage, and writes them to shaders.json.gz: [{ label, op, code }], sorted.
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { create, globals } from 'webgpu';
import { scenarios } from './scenarios.mjs';

Object.assign(globalThis, globals);
const gpu = create(['enable-dawn-features=allow_unsafe_apis,vulkan_enable_f16_on_nvidia']);
if (globalThis.navigator === undefined)
  Object.defineProperty(globalThis, 'navigator', { value: { gpu, userAgent: 'node' }, configurable: true });
else Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });

const seen = new Map();
let running = '';
const compile = GPUDevice.prototype.createShaderModule;
GPUDevice.prototype.createShaderModule = function (descriptor) {
  const hash = createHash('sha256').update(descriptor.code).digest('hex');
  const module = compile.call(this, descriptor);
  if (!seen.has(hash)) seen.set(hash, { label: descriptor.label ?? '', op: running, code: descriptor.code, module });
  return module;
};

const tf = await import('@tensorflow/tfjs-core');
await import('@tensorflow/tfjs-backend-webgpu');
await import('@tensorflow/tfjs-layers'); // brings the gradients
await tf.setBackend('webgpu');
await tf.ready();
tf.env().set('WEBGPU_CPU_FORWARD', false);
const failed = [];
for (const [op, run] of scenarios(tf)) {
  running = op;
  try {
    tf.tidy(() => void run());
    await tf.backend().queue.onSubmittedWorkDone();
  } catch (error) {
    failed.push(`${op}: ${String(error.message).split('\n')[0]}`);
  }
}

/** Two shaders are alike for us when they are of one program and touch the same bindings in the same places of the same text. */
function likeness({ label, code }) {
  const storage = [...code.matchAll(/var<storage, (\w+)> (\w+)\s*:\s*([^;]+);/g)].map(([, mode, name, type]) => [mode, name, type]);
  const uses = storage.map(([, name]) =>
    [...code.matchAll(new RegExp(`\\b${name}\\[[^\\n]*`, 'g'))].map(([use]) => use.replace(/\d+/g, 'N')).sort(),
  );
  return JSON.stringify([label, storage, uses]);
}
const kept = new Map();
for (const { module, ...shader } of seen.values()) {
  const { messages } = await module.getCompilationInfo();
  const error = messages.find(({ type }) => type === 'error');
  if (error !== undefined) {
    failed.push(`${shader.op}: stock tfjs emits a ${shader.label} that is not WGSL: ${error.message.split('\n')[0]}`);
    continue;
  }
  const key = process.argv.includes('--all') ? shader.code : likeness(shader);
  if (!kept.has(key)) kept.set(key, shader);
}
const shaders = [...kept.values()].sort(
  (a, b) => a.label.localeCompare(b.label) || a.op.localeCompare(b.op) || a.code.localeCompare(b.code),
);
const json = JSON.stringify(shaders);
const packed = gzipSync(json, { level: 9 });
writeFileSync(new URL('shaders.json.gz', import.meta.url), packed);
for (const line of failed) console.log(`failed  ${line}`);
console.log(
  `${seen.size} distinct shaders, ${shaders.length} kept of ${new Set(shaders.map(({ label }) => label)).size} programs, ${packed.length} bytes`,
);
process.exit(0);
