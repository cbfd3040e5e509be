import type { PackageFiles, PackageName } from './package-files.ts';
import { supportedVersions } from './package-files.ts';

const RUN_SCRIPTS =
  'Package managers that leave out install scripts (pnpm, npm --ignore-scripts) have to be told to run this one, e.g. pnpm approve-builds.';

/** No package is installed where we look. */
export function missingPackage(wanted: PackageName | 'auto'): Error {
  if (wanted !== 'auto') {
    return new Error(`[node] package must be installed, got no ${wanted}. Run: npm i ${wanted}@4.22.0`);
  }
  return new Error(
    '[node] TensorFlow for Node must be installed, got neither @tensorflow/tfjs-node-gpu nor @tensorflow/tfjs-node. ' +
      'Run: npm i @tensorflow/tfjs-node@4.22.0, or npm i @tensorflow/tfjs-node-gpu@4.22.0 for an NVIDIA GPU on Linux.',
  );
}

/** The package is there, its native half is not. */
export function missingAddon({ packageName, addon }: PackageFiles): Error {
  return new Error(
    `[node] ${packageName} needs its native addon, got no file ${addon}. Run: npm rebuild ${packageName}, ` +
      `or npm rebuild ${packageName} --build-addon-from-source on a machine that has no ready-made one (this is ${process.platform} on ${process.arch}). ${RUN_SCRIPTS}`,
  );
}

/** Its own code threw: mostly a shared library that the system's loader did not find. */
export function failedLoad({ packageName, addon }: PackageFiles, cause: unknown): Error {
  const message = firstLine(cause);
  if (codeOf(cause) === 'ERR_DLOPEN_FAILED') {
    return new Error(
      `[node] ${addon} must load, got "${message}". Run: npm rebuild ${packageName}, which fetches TensorFlow's libraries ` +
        '(libtensorflow.so.2, libtensorflow_framework.so.2) into the package.',
      { cause },
    );
  }
  return new Error(`[node] ${packageName} must load, got "${message}". Run: npm rebuild ${packageName}`, { cause });
}

/** tfjs-node or tfjs-core of a version that we were not made for. */
export function wrongVersion(what: string, version: string): Error {
  return new Error(`[node] ${what} must be ${supportedVersions}, got ${version}. Run: npm i ${what}@4.22.0`);
}

/** Two copies of tfjs-core hold two sets of classes; tensors of one are strangers to the other. */
export function twoCores(packageName: PackageName): Error {
  return new Error(
    `[node] @tensorflow/tfjs-core must be loaded once, got the backend of ${packageName} made by another copy. ` +
      'Run: npm ls @tensorflow/tfjs-core, and install one version of it; never bundle @tensorflow packages for Node.',
  );
}

/** A module registers its backend once for a process. */
export function removedBackend(packageName: PackageName): Error {
  return new Error(
    `[node] ${packageName} must have its backend registered, got a package that was loaded before and whose backend was removed. ` +
      "Call registerNode() before tf.removeBackend('tensorflow').",
  );
}

/** Someone else's backend has the name. */
export function strangeBackend(backend: object): Error {
  return new Error(
    `[node] backend 'tensorflow' must be that of tfjs-node, got a ${backend.constructor?.name || 'nameless'} object. ` +
      "Take it out with tf.removeBackend('tensorflow') before registerNode().",
  );
}

/** The app has loaded the other package: one process holds one TensorFlow. */
export function otherPackage(wanted: PackageName, loaded: PackageName): Error {
  return new Error(
    `[node] package must be the one that is loaded, got '${wanted}' where the app has loaded ${loaded}. Leave package out, or import ${wanted} instead.`,
  );
}

/** The package ran, and its backend did not start. */
export function failedStart(packageName: PackageName): Error {
  return new Error(`[node] ${packageName} must start its backend, got a refusal (tfjs wrote why). Run: npx halftone-node-doctor`);
}

/** The user asked for a GPU. */
export function missingGpu(packageName: PackageName, version: string): Error {
  return new Error(
    `[node] requireGpu needs a GPU that TensorFlow uses, got the CPU (${packageName}, TensorFlow ${version}). ` +
      'Run: npx halftone-node-doctor --require-gpu, which names the missing files; or leave requireGpu out.',
  );
}

function firstLine(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).split('\n')[0]?.trim() ?? '';
}

function codeOf(cause: unknown): unknown {
  return cause instanceof Error ? (cause as { code?: unknown }).code : undefined;
}
