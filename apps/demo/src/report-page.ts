import type { NextCommand } from './next-commands.ts';
import { lineChart, type Series } from './chart.ts';
import { judge } from './outcome.ts';
import { runTitle, type FinishedRun } from './run-title.ts';
import type { RunKind } from './run-spec.ts';
import { tableRows } from './table-rows.ts';

/** What the report says beside the runs. */
export interface ReportFacts {
  readonly deviceLine: string;
  /** Where the pictures come from, in words; no picture itself. */
  readonly data: string;
  readonly verdict: string;
  readonly next: readonly NextCommand[];
  readonly command: string;
  readonly written: Date;
}

/** Lines that lie on each other must all be seen: a wide pale one below, dashes above; told apart without colour too. */
const LOOKS = {
  stock: { color: 'var(--stock)', width: 6 },
  'everything-half': { color: 'var(--half)', dash: '2 4' },
  mixed: { color: 'var(--mixed)', dash: '9 4' },
} as const satisfies Record<RunKind, Pick<Series, 'color' | 'width' | 'dash'>>;

const STYLE = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --paper: #fff; --rule: #d0d7de; --stock: #9dcdf0; --half: #d55e00; --mixed: #00664d; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9198a1; --paper: #0d1117; --rule: #30363d; --stock: #1f5f8b; --half: #ff8c42; --mixed: #5cf2c4; } }
body { margin: 2rem auto; max-width: 62rem; padding: 0 1rem; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .5rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p.soft, figcaption { color: var(--soft); } figure { margin: 0; } svg { width: 100%; height: auto; }
.verdict { border-left: 4px solid var(--mixed); padding: .25rem 0 .25rem 1rem; }
.table { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--rule); vertical-align: top; } th { font-weight: 600; }
td:first-child { color: var(--soft); }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; } .legend svg { width: 2.5rem; height: .75rem; margin-right: .5rem; }
code { background: color-mix(in srgb, var(--ink) 8%, transparent); padding: .1rem .35rem; border-radius: 4px; }
`;

/**
 * Writes the report as one HTML page that needs nothing else: curves, table, verdict.
 *
 * Pure but for drawing time (some tens of milliseconds). Holds numbers and words only, no picture of the data.
 *
 * @param runs - finished runs
 * @param facts - what is said around them
 * @returns the text of the page
 */
export function reportPage(runs: readonly FinishedRun[], facts: ReportFacts): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Halftone: one network, ${runs.length} training run(s)</title>
<style>${STYLE}</style>
</head>
<body>
<h1>One network, trained ${runs.length === 1 ? 'once' : `${runs.length} times from one seed`}</h1>
<p class="soft">${escape(facts.deviceLine)}<br>Data: ${escape(facts.data)}.</p>
<p class="verdict">${escape(facts.verdict)}</p>
<h2>Loss</h2>
${lossFigure(runs)}
${scaleFigure(runs)}
<h2>Figures</h2>
${figureTable(runs)}
<h2>Try next</h2>
<ul>${facts.next.map(({ command, purpose }) => `<li><code>${escape(command)}</code> ${escape(purpose)}</li>`).join('')}</ul>
<p class="soft">Written by <code>${escape(facts.command)}</code> on ${facts.written.toISOString().slice(0, 16).replace('T', ' ')} UTC.</p>
</body>
</html>
`;
}

function lossFigure(runs: readonly FinishedRun[]): string {
  const series = runs.map(({ spec, result }): Series => ({
    name: runTitle(spec),
    ...LOOKS[spec.kind],
    points: result.losses.map((value, i) => ({ step: i + 1, value })),
  }));
  const steps = Math.max(2, ...runs.map(({ result }) => result.losses.length));
  const chart = lineChart(series, {
    title: 'Loss of each training step',
    yLabel: 'loss (log)',
    yScale: 'log',
    curve: 'linear',
    height: 360,
    steps,
  });
  const ended = runs.filter(({ result }) => judge(result.losses).kind === 'not-a-number');
  const cross = ended
    .map(({ spec, result }) => `The cross marks the last step at which ${runTitle(spec)} had a loss: ${judge(result.losses).text}.`)
    .join(' ');
  return `<figure>${legend(series)}${chart}<figcaption>Training loss, on a logarithmic axis. ${escape(cross)}</figcaption></figure>`;
}

function scaleFigure(runs: readonly FinishedRun[]): string {
  const scaled = runs.filter(({ result }) => result.scaleHistory.length > 0);
  if (scaled.length === 0) return '';
  const series = scaled.map(({ spec, result }): Series => {
    const last = result.scaleHistory.at(-1);
    const points = result.scaleHistory.map(({ step, scale }) => ({ step, value: scale }));
    return {
      name: runTitle(spec),
      ...LOOKS[spec.kind],
      points: last === undefined ? points : [...points, { step: result.losses.length, value: last.scale }],
    };
  });
  const steps = Math.max(2, ...scaled.map(({ result }) => result.losses.length));
  const chart = lineChart(series, {
    title: 'Loss scale of each training step',
    yLabel: 'loss scale',
    yScale: 'powers',
    curve: 'steps',
    height: 200,
    steps,
  });
  const skipped = scaled.map(({ result }) => result.skipped).reduce((sum, count) => sum + count, 0);
  return `<h2>Loss scale</h2>
<figure>${chart}<figcaption>The loss is multiplied by this before the backward pass. ${skippedWords(skipped)}</figcaption></figure>`;
}

function skippedWords(count: number): string {
  if (count === 0) return 'Every gradient of every step was finite, so no step was skipped.';
  return `${count === 1 ? 'One step' : `${count} steps`} met a gradient that is not finite: the weights stayed as they were and the scale was halved.`;
}

function legend(series: readonly Series[]): string {
  const sample = ({ color, width = 2, dash }: Series): string =>
    `<svg viewBox="0 0 40 12" aria-hidden="true"><line x1="0" y1="6" x2="40" y2="6" stroke="${color}" stroke-width="${width}"${dash === undefined ? '' : ` stroke-dasharray="${dash}"`}/></svg>`;
  return `<div class="legend">${series.map((line) => `<span>${sample(line)}${escape(line.name)}</span>`).join('')}</div>`;
}

function figureTable(runs: readonly FinishedRun[]): string {
  const head = runs.map(({ spec }) => `<th>${escape(runTitle(spec))}</th>`).join('');
  const body = tableRows(runs).map(
    ({ label, values }) => `<tr><td>${escape(label)}</td>${values.map((value) => `<td>${escape(value)}</td>`).join('')}</tr>`,
  );
  return `<div class="table"><table><thead><tr><th></th>${head}</tr></thead><tbody>${body.join('')}</tbody></table></div>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escape = (text: string): string => text.replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign);
