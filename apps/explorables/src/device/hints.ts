import type { BrowserKind } from './browser-kind.ts';
import type { DeviceCheck } from './check-device.ts';

/** Where WebGPU is switched on, by engine and system (https://github.com/gpuweb/gpuweb/wiki/Implementation-Status, November 2026). */
const SHIPPED = {
  chromium: {
    windows: 'Chrome and Edge have WebGPU on Windows since version 113 (on ARM processors behind chrome://flags/#enable-unsafe-webgpu).',
    macos: 'Chrome and Edge have WebGPU on macOS since version 113.',
    chromeos: 'Chrome has WebGPU on ChromeOS since version 113.',
    android: 'Chrome has WebGPU on Android 12 and newer since version 121, on most graphics chips.',
    linux:
      'Chrome has WebGPU on Linux since version 144 with Intel graphics (Gen12 and newer) and since 147 with NVIDIA; elsewhere behind chrome://flags/#enable-unsafe-webgpu with Vulkan switched on.',
  },
  firefox: {
    windows: 'Firefox has WebGPU on Windows since version 141.',
    macos:
      'Firefox has WebGPU on Macs with Apple silicon since version 145 (macOS 26) and 147 (older macOS); not on Macs with Intel processors.',
    linux: 'Firefox has WebGPU on Linux in Nightly; in a release set dom.webgpu.enabled in about:config, at your own risk.',
    android: 'Firefox for Android has no WebGPU in its releases yet. Chrome has.',
  },
  safari: {
    macos: 'Safari has WebGPU since version 26, on macOS Tahoe 26.',
    ios: 'Every browser on iPhone and iPad has WebGPU since iOS and iPadOS 26.',
  },
} as const satisfies Readonly<Partial<Record<BrowserKind['engine'], Readonly<Partial<Record<BrowserKind['system'], string>>>>>>;

const ANY = 'Current Chrome and Edge (Windows, macOS, ChromeOS, Android), Safari 26 and Firefox 141 (Windows) have WebGPU.';

/**
 * What a visitor can try where the device check found something missing.
 *
 * @param check - what was found
 * @returns a sentence each; none where nothing is missing
 */
export function hintsFor({ state, browser, found }: DeviceCheck): readonly string[] {
  const shipped = shippedHint(browser);
  if (state === 'insecure') return ['Open this page by https, or a copy of it on localhost.'];
  if (state === 'missing') return [shipped, 'A policy of your organisation can switch it off.'];
  if (state === 'no-adapter')
    return [shipped, adapterHint(browser), 'In a virtual machine or over remote desktop there is often no adapter.'];
  if (state === 'blocked')
    return ['Extensions, private modes and policies of an organisation can block it: try another window or profile.', adapterHint(browser)];
  if (state === 'silent') return ['Load the page again. Where that does not help, the graphics driver hangs: restart the browser.'];
  return found?.adapter.isCpu === true ? [adapterHint(browser)] : [];
}

function shippedHint({ engine, system }: BrowserKind): string {
  const systems: Readonly<Partial<Record<BrowserKind['system'], string>>> = engine === 'unknown' ? {} : SHIPPED[engine];
  return systems[system] ?? ANY;
}

function adapterHint({ engine }: BrowserKind): string {
  if (engine === 'firefox') return 'about:support, section Graphics, says why an adapter is refused.';
  if (engine === 'chromium')
    return 'Switch on hardware acceleration in the settings of the browser; chrome://gpu says why an adapter is refused.';
  return 'Update the system: the graphics driver comes with it.';
}
