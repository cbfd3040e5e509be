/** The versions of TensorFlow whose libraries were read: of npm's tfjs-node, the first with all of bfloat16 on the GPU that was looked at, and of the tests. */
export const tensorFlowLines = ['2.9', '2.14', '2.21'] as const;

export type TensorFlowLine = (typeof tensorFlowLines)[number];

/**
 * The line whose rows hold for a version: its own, or the nearest older one.
 *
 * Pure.
 *
 * @param version - as the library says it; a suffix such as `-rc1` does not count
 * @returns undefined where the version is older than all lines or is none
 */
export function lineOf(version: string): TensorFlowLine | undefined {
  const wanted = numbersOf(version);
  return tensorFlowLines.filter((line) => !isNewer(numbersOf(line), wanted)).at(-1);
}

type MajorMinor = readonly [major: number, minor: number];

function numbersOf(version: string): MajorMinor {
  const [, major, minor] = /^(\d+)\.(\d+)(?:\D|$)/.exec(version) ?? [];
  return [Number(major ?? -1), Number(minor ?? -1)];
}

/** Whether `a` is newer than `b`. */
function isNewer([major, minor]: MajorMinor, [otherMajor, otherMinor]: MajorMinor): boolean {
  return major === otherMajor ? minor > otherMinor : major > otherMajor;
}
