// `node apps/docs/browser/site.mjs [--only WORDS] [--pictures DIR]`: the built site, its tutorials and its playground in real Chromiums.
import { parseArgs } from 'node:util';
import { Verdicts } from '../../consumers/src/verdicts.mjs';
import { inCache } from '../../setup/src/folders.mjs';
import { requiredNeeds } from '../../setup/src/needs.mjs';
import { browserKinds } from './browser-kinds.mjs';
import { deviceCase, islandCases } from './island-cases.mjs';
import { runLanes } from './lanes.mjs';
import { newcomerCase } from './newcomer.mjs';
import { NodeFindings } from './node-findings.mjs';
import { openSite } from './open-site.mjs';
import { pageCases } from './page-cases.mjs';
import { imagesCase, playgroundCases, settingsCases } from './playground-cases.mjs';
import { tutorialCases } from './tutorial-cases.mjs';
import { withoutWebGPUCases } from './without-webgpu.mjs';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    pictures: { type: 'string' },
  },
});
const verdicts = new Verdicts(requiredNeeds());
const site = await openSite();
const tutorials = tutorialCases(site.pages, new NodeFindings());
const onDevice = [deviceCase, ...playgroundCases, ...tutorials];
const pages = pageCases(values.pictures);
/** Each line is a browser of its own, and what happens in it one after the other. */
const lanes = [
  { kind: browserKinds.f16, cases: [newcomerCase(values.pictures ?? inCache('site-pictures')), imagesCase, ...onDevice] },
  { kind: browserKinds.packed, cases: onDevice },
  { kind: browserKinds.none, cases: [...pages, ...islandCases, ...settingsCases, ...withoutWebGPUCases] },
];
try {
  await runLanes(lanes, site, verdicts, values.only);
} finally {
  await site.close();
}
verdicts.close();
