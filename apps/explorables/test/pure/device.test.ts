import { describe, expect, test } from 'vitest';
import { adviceFor, bytesWords } from '../../src/device/advice.ts';
import { browserKind } from '../../src/device/browser-kind.ts';
import type { AdapterFindings, DeviceCheck, Surroundings } from '../../src/device/check-device.ts';
import { checkDevice } from '../../src/device/check-device.ts';
import { exactProduct, judgeProduct, testMatrix } from '../../src/device/product.ts';

const agents = {
  chromeLinux: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36',
  chromeWindows: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36',
  chromeAndroid: 'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Mobile Safari/537.36',
  firefoxMac: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:147.0) Gecko/20100101 Firefox/147.0',
  safari: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15',
  chromePhone:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/150.0.0.0 Mobile/15E148 Safari/604.1',
} as const;

const found: AdapterFindings = {
  adapter: { vendor: 'nvidia', architecture: 'ampere', device: '', description: 'NVIDIA RTX', isCpu: false },
  shaderF16: true,
  subgroups: true,
  limits: {
    maxBufferSize: 2 ** 32,
    maxStorageBufferBindingSize: 2 ** 31,
    maxStorageBuffersPerShaderStage: 16,
    maxComputeWorkgroupStorageSize: 32768,
    maxComputeInvocationsPerWorkgroup: 1024,
  },
};
const ready: DeviceCheck = { state: 'ready', userAgent: agents.chromeLinux, browser: { engine: 'chromium', system: 'linux' }, found };

test.each([
  ['chromeLinux', 0, 'chromium', 'linux'],
  ['chromeWindows', 0, 'chromium', 'windows'],
  ['chromeAndroid', 5, 'chromium', 'android'],
  ['firefoxMac', 0, 'firefox', 'macos'],
  ['safari', 0, 'safari', 'macos'],
  ['safari', 5, 'safari', 'ios'], // an iPad
  ['chromePhone', 5, 'safari', 'ios'],
] as const)('%s with %d touch points is %s on %s', (agent, touch, engine, system) => {
  expect(browserKind(agents[agent], touch)).toEqual({ engine, system });
});

describe('the check', () => {
  const at = (gpu: Surroundings['gpu'], isSecureContext = true): Promise<DeviceCheck> =>
    checkDevice({ gpu, isSecureContext, userAgent: agents.chromeLinux, touchPoints: 0 }, 20);

  test('tells an insecure page from a browser without WebGPU', async () => {
    expect((await at(undefined, false)).state).toBe('insecure');
    expect((await at(undefined)).state).toBe('missing');
  });

  test('tells no adapter, a refusal and silence apart', async () => {
    expect((await at({ requestAdapter: async () => null })).state).toBe('no-adapter');
    const refused = await at({ requestAdapter: () => Promise.reject(new Error('WebGPU is disabled by policy')) });
    expect(refused).toMatchObject({ state: 'blocked', problem: 'WebGPU is disabled by policy' });
    expect((await at({ requestAdapter: () => new Promise(() => undefined) })).state).toBe('silent');
  });
});

describe('the advice', () => {
  test('is native halves where shader-f16 is there, packed ones where not, emulation without WebGPU', () => {
    expect(adviceFor(ready).path).toBe('native');
    expect(adviceFor({ ...ready, found: { ...found, shaderF16: false } }).path).toBe('packed');
    const without = adviceFor({ state: 'missing', userAgent: '', browser: { engine: 'unknown', system: 'unknown' } });
    expect(without.path).toBe('emulated');
    expect(without.lines.join(' ')).toMatch(/@halftone\/emulate/);
  });

  test('says why shader-f16 is missing where that is known', () => {
    const packed = { ...ready, found: { ...found, shaderF16: false } };
    expect(adviceFor(packed).lines[0]).toMatch(/on Linux, Chromium hides it on NVIDIA/);
    expect(adviceFor({ ...packed, browser: { engine: 'chromium', system: 'windows' } }).lines[0]).toMatch(/Maxwell and Pascal/);
    const software = { ...packed.found, adapter: { ...found.adapter, isCpu: true } };
    expect(adviceFor({ ...ready, found: software }).lines.join(' ')).toMatch(/program on the processor/);
  });

  test.each([
    ['insecure', /https/],
    ['missing', /since version 144/],
    ['no-adapter', /chrome:\/\/gpu/],
    ['blocked', /Extensions/],
    ['silent', /Load the page again/],
  ] as const)('gives something to try when the state is %s', (state, remedy) => {
    const { headline, hints } = adviceFor({ state, userAgent: '', browser: { engine: 'chromium', system: 'linux' } });
    expect(headline).toMatch(/^Not /);
    expect(hints.join(' ')).toMatch(remedy);
  });

  test('repeats the words of a browser that refused', () => {
    expect(adviceFor({ ...ready, state: 'blocked', problem: 'no' }).lines[0]).toMatch(/“no”/);
  });

  test('knows where Firefox and Safari have WebGPU', () => {
    const hint = (browser: DeviceCheck['browser']): string => adviceFor({ state: 'missing', userAgent: '', browser }).hints.join(' ');
    expect(hint({ engine: 'firefox', system: 'linux' })).toMatch(/dom\.webgpu\.enabled/);
    expect(hint({ engine: 'safari', system: 'ios' })).toMatch(/iPadOS 26/);
  });
});

test('bytes are told in the unit that fits', () => {
  expect([0, 512, 32768, 2 ** 27, 2 ** 32 - 4].map(bytesWords)).toEqual(['0 bytes', '512 bytes', '32 KiB', '128 MiB', '4 GiB']);
});

describe('the test product', () => {
  const [a, b] = [testMatrix(16, 1), testMatrix(16, 2)];
  const exact = exactProduct(a, b, 16);

  test('is right where it is the exact one, rounded', () => {
    expect(judgeProduct(Float32Array.from(exact.values), exact, 16, 'float32').withinRounding).toBe(true);
  });

  test('is wrong where one number is, or is NaN', () => {
    const wrong = Float32Array.from(exact.values);
    wrong[7]! += 0.01;
    expect(judgeProduct(wrong, exact, 16, 'float32').withinRounding).toBe(false);
    expect(judgeProduct(wrong.fill(NaN, 7, 8), exact, 16, 'float16')).toMatchObject({ withinRounding: false, largestError: NaN });
  });

  test('is made of the same numbers everywhere, between -1 and 1', () => {
    expect(testMatrix(2, 1)).toEqual(testMatrix(2, 1));
    expect(a.every((value) => value >= -1 && value < 1)).toBe(true);
    expect(new Set(a).size).toBeGreaterThan(250);
  });
});
