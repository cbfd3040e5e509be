import type { PageReport } from './main.ts';

/** Draws the report as a table, for people who open the page. */
export function showReport({ capabilities, losses, facts }: PageReport): void {
  const { adapter, shaderF16, codecs, conversion } = capabilities;
  const rows: readonly (readonly [string, string, boolean])[] = [
    ['adapter', adapter.description, true],
    ['shader-f16', String(shaderF16), true],
    ['float16 is stored as', codecs.float16, true],
    ['narrowing, widening', `${conversion.narrow}, ${conversion.widen}`, true],
    ['losses, float32', shown(losses.float32), losses.float32.every(Number.isFinite)],
    ['losses, mixed_float16', shown(losses.mixed_float16), losses.mixed_float16.every(Number.isFinite)],
    ...facts.map(({ what, actual, good }) => [what, actual, good] as const),
  ];
  const table = document.createElement('table');
  for (const [what, value, good] of rows) {
    const row = table.insertRow();
    row.className = good ? 'good' : 'bad';
    row.insertCell().textContent = what;
    row.insertCell().textContent = value;
  }
  document.body.append(table);
}

function shown(losses: readonly number[]): string {
  return losses.map((loss) => loss.toFixed(3)).join('  ');
}
