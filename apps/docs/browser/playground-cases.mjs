import { onPage } from './open-page.mjs';
import { trainByKeyboard } from './playground-training.mjs';
import { badSettings, loseTheDevice, ownImages, settingsInAddress } from './playground-troubles.mjs';

/** @import { Case } from './lanes.mjs' */

const path = '/playground/';

/**
 * The playground on a device, from the first key to the last file.
 *
 * @type {readonly Case[]}
 */
export const playgroundCases = [
  {
    name: 'the playground trains by keyboard, is reloaded, resumes, finishes and saves',
    run: (open, site) => onPage(open, site, path, (page) => trainByKeyboard(page, open.kind), { reducedMotion: 'reduce' }),
  },
  {
    name: 'a lost device leaves a message and a whole checkpoint',
    run: (open, site) => onPage(open, site, `${path}?batch=8&steps=2000&saveEvery=2&compare=no`, loseTheDevice),
  },
];

/** @type {Case} */
export const imagesCase = {
  name: "a visitor's own images train",
  run: (open, site) => onPage(open, site, `${path}?data=images&steps=4&batch=8&compare=no`, ownImages),
};

/** What of the playground needs no device. @type {readonly Case[]} */
export const settingsCases = [
  { name: 'settings of the playground go into the address and back', run: (open, site) => onPage(open, site, path, settingsInAddress) },
  { name: 'bad settings of a link are named', run: (open, site) => onPage(open, site, `${path}?model=gpt5&batch=0&steps=9`, badSettings) },
];
