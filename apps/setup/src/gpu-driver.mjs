import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, delimiter, join } from 'node:path';

/**
 * What a machine shows of its GPU drivers.
 * @typedef {{ readonly platform: string, readonly env: Readonly<Record<string, string | undefined>>, readonly drivers: readonly string[], readonly devices: readonly string[] }} Machine
 */

/** Where the Vulkan loader looks for drivers. */
const driverFolders = ['/etc/vulkan/icd.d', '/usr/local/etc/vulkan/icd.d', '/usr/share/vulkan/icd.d', '/usr/local/share/vulkan/icd.d'];

/** Drivers that compute on the CPU: they are usable without any device. */
const cpuDriver = /lvp|lavapipe|swiftshader/i;

/**
 * Looks for a GPU driver that a WebGPU program could use here.
 *
 * Reads folders only, starts nothing.
 *
 * @returns {Promise<string | undefined>} the driver in words, or nothing where there is none
 */
export async function findGpuDriver() {
  const list = /** @param {string} folder */ async (folder) => (await readdir(folder).catch(() => [])).map((name) => join(folder, name));
  const drivers = (await Promise.all(driverFolders.map(list))).flat().filter((file) => file.endsWith('.json'));
  const devices = [...(await list('/dev/dri')), ...(await list('/dev')).filter((file) => /^(nvidia\d+|dxg)$/.test(basename(file)))];
  return gpuDriverOf({ platform: process.platform, env: process.env, drivers, devices });
}

/**
 * Pure part of `findGpuDriver`.
 *
 * @param {Machine} machine
 * @returns {string | undefined}
 * @example
 * gpuDriverOf({ platform: 'darwin', env: {}, drivers: [], devices: [] }); // 'Metal'
 */
export function gpuDriverOf({ platform, env, drivers, devices }) {
  if (platform === 'darwin') return 'Metal';
  if (platform === 'win32') return 'Direct3D 12';
  const named = env['VK_DRIVER_FILES'] || env['VK_ICD_FILENAMES'];
  if (named) return namedDriver(named);
  const hasDevice = devices.some((file) => /renderD\d+$|nvidia\d+$|dxg$/.test(file));
  const usable = drivers.find((file) => cpuDriver.test(basename(file))) ?? (hasDevice ? drivers[0] : undefined);
  return usable && `Vulkan, ${usable}`;
}

/** @param {string} files - as in VK_DRIVER_FILES */
function namedDriver(files) {
  return files.split(delimiter).some((file) => existsSync(file)) ? `Vulkan, ${files} (from the environment)` : undefined;
}
