import { useDeviceCheck, useFormats, useLossScale } from './island-use.mjs';
import { onPage } from './open-page.mjs';

/** @import { Case } from './lanes.mjs' */

/** Islands that need no device. @type {readonly Case[]} */
export const islandCases = [
  {
    name: 'number formats are those of the codec, by keyboard',
    run: (open, site) => onPage(open, site, '/explanation/number-formats/', useFormats),
  },
  {
    name: 'a loss scale slides gradients into range, by keyboard',
    run: (open, site) => onPage(open, site, '/explanation/loss-scaling/', useLossScale),
  },
];

/** @type {Case} */
export const deviceCase = {
  name: 'the device check says what this browser has, and probes it',
  run: (open, site) => onPage(open, site, '/', (page) => useDeviceCheck(page, open.kind.codec)),
};
