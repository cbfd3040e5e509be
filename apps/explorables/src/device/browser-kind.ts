/** Which engine and system a page runs on, as far as hints need it; never used to decide what is possible. */
export interface BrowserKind {
  readonly engine: 'chromium' | 'firefox' | 'safari' | 'unknown';
  readonly system: 'windows' | 'macos' | 'ios' | 'android' | 'linux' | 'chromeos' | 'unknown';
}

const SYSTEMS: readonly (readonly [RegExp, BrowserKind['system']])[] = [
  [/iPhone|iPad|iPod/, 'ios'],
  [/Android/, 'android'],
  [/Windows/, 'windows'],
  [/CrOS/, 'chromeos'],
  [/Macintosh|Mac OS X/, 'macos'],
  [/Linux|X11/, 'linux'],
];

/**
 * Reads engine and system from what a browser says of itself.
 *
 * @param userAgent - the string of `navigator.userAgent`
 * @param touchPoints - `navigator.maxTouchPoints`: an iPad calls itself a Mac, and no Mac has a touch screen
 */
export function browserKind(userAgent: string, touchPoints: number): BrowserKind {
  const named = SYSTEMS.find(([pattern]) => pattern.test(userAgent))?.[1] ?? 'unknown';
  const system = named === 'macos' && touchPoints > 1 ? 'ios' : named;
  if (system === 'ios') return { engine: 'safari', system }; // every browser there is Safari's engine
  if (/Firefox\//.test(userAgent)) return { engine: 'firefox', system };
  if (/Chrom(e|ium)\//.test(userAgent)) return { engine: 'chromium', system };
  return { engine: /Safari\//.test(userAgent) && system === 'macos' ? 'safari' : 'unknown', system };
}
