// `node apps/docs/browser/site.mjs [--only WORDS] [--pictures DIR] [--every-look]`: the built site, its tutorials and its playground in real Chromiums.
import { parseArgs } from 'node:util';
import { Verdicts } from '../../consumers/src/verdicts.mjs';
import { inCache } from '../../setup/src/folders.mjs';
import { requiredNeeds } from '../../setup/src/needs.mjs';
import { browserKinds } from './browser-kinds.mjs';
import { runLanes } from './lanes.mjs';
import { openSite } from './open-site.mjs';
import { pageCases } from './page-cases.mjs';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    pictures: { type: 'string', default: inCache('site-pictures') },
    'every-look': { type: 'boolean', default: false },
  },
});
const verdicts = new Verdicts(requiredNeeds());
const site = await openSite();
const lanes = [{ kind: browserKinds.packed, cases: pageCases({ folder: values.pictures, everyLook: values['every-look'] }) }];
try {
  await runLanes(lanes, site, verdicts, values.only);
} finally {
  await site.close();
}
verdicts.close();
