import { expect, it } from 'vitest';
import { dawn } from '../../src/dawn.ts';
import { deviceNumerics } from '../../src/device-numerics.ts';
import { requireOrSkip } from '../../src/require-or-skip.ts';

const vulkan = await requireOrSkip('vulkan');

/** What drivers are known to do, by a word of what their adapter says of itself. */
const KNOWN = {
  llvmpipe: { subnormals: 'kept', infinities: 'kept', widths: 'alike', packing: 'nearest-even' },
  SwiftShader: { subnormals: 'flushed', infinities: 'assumed-away', widths: 'apart', packing: 'other' },
} as const;

it.skipIf(!vulkan.available)(
  'is what a known driver does, the same each time it is asked, and one of the choices of WGSL elsewhere',
  async () => {
    const adapter = await (await dawn()).requestAdapter();
    const device = await adapter!.requestDevice();
    const found = await deviceNumerics(device);
    const [, known] = Object.entries(KNOWN).find(([word]) => adapter!.info.description.includes(word)) ?? [];
    expect(found).toEqual(known ?? found);
    expect(await deviceNumerics(device)).toEqual(found);
    expect(Object.keys(found)).toEqual(['subnormals', 'infinities', 'widths', 'packing']);
    device.destroy();
  },
);
