import { afterEach, expect, test, vi } from 'vitest';
import { findAdapter, whyNoAdapter, type GpuPlace } from '../../src/adapter.ts';

const at = (gpu: GpuPlace['gpu'], isSecureContext = true) => findAdapter({ gpu, isSecureContext }, 20);

afterEach(() => vi.unstubAllGlobals());

test('an adapter is handed on as it is, and asked for as the plug-in asks for it', async () => {
  const adapter = {} as GPUAdapter;
  const requestAdapter = vi.fn<GPU['requestAdapter']>(async () => adapter);
  expect(await at({ requestAdapter })).toEqual({ state: 'ready', adapter });
  expect(requestAdapter).toHaveBeenCalledWith({ powerPreference: 'high-performance' });
});

test('an insecure page is told from a browser without WebGPU', async () => {
  expect(await at(undefined, false)).toEqual({ state: 'insecure', why: whyNoAdapter.insecure });
  expect(await at(undefined)).toEqual({ state: 'missing', why: 'this browser has no WebGPU' });
});

test('no adapter, a refusal and silence are told apart', async () => {
  expect(await at({ requestAdapter: async () => null })).toEqual({ state: 'no-adapter', why: whyNoAdapter['no-adapter'] });
  expect(await at({ requestAdapter: () => Promise.reject(new Error('disabled by policy')) })).toEqual({
    state: 'blocked',
    why: whyNoAdapter.blocked,
    problem: 'disabled by policy',
  });
  expect(await at({ requestAdapter: () => new Promise(() => undefined) })).toEqual({ state: 'silent', why: whyNoAdapter.silent });
});

test('without being told, it looks where it runs', async () => {
  vi.stubGlobal('navigator', { gpu: { requestAdapter: async () => null } });
  expect((await findAdapter()).state).toBe('no-adapter');
  vi.stubGlobal('navigator', {});
  vi.stubGlobal('isSecureContext', true);
  expect((await findAdapter()).state).toBe('missing');
});
