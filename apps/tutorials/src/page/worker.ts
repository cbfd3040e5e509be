import { drawnDigitsOf, drawnMembranesOf, writtenTextOf } from '../drawn-data.ts';
import type { Program } from '../lesson.ts';
import { loadProgram } from '../program-names.ts';
import { runProgram } from '../run-program.ts';
import { chooseInBrowser, openInBrowser } from './browser-plugins.ts';
import { browserStorage } from './browser-storage.ts';
import type { News, Order } from './protocol.ts';

// Runs one tutorial's program, so that the page stays smooth. The page ends this worker when it has what it wants.
const stop = new AbortController();
addEventListener('message', ({ data }: MessageEvent<Order>) => {
  if (data.kind === 'stop') stop.abort();
  else void work(data);
});

async function work({ name, length, seed, anew }: Extract<Order, { kind: 'run' }>): Promise<void> {
  try {
    const program: Program = await loadProgram(name);
    const storage = browserStorage(`${name}-${length}`);
    if (anew) await storage.clear();
    const { plugin, note } = await chooseInBrowser(program.plugins);
    if (note !== '') tell({ kind: 'note', text: note });
    const outcome = await runProgram(program, {
      usePlugin: (wanted) => openInBrowser(plugin, wanted),
      digits: async () => drawnDigitsOf(length, seed),
      membranes: async () => drawnMembranesOf(length, seed),
      text: async () => writtenTextOf(length, seed),
      length,
      seed,
      signal: stop.signal,
      storage,
      progress: (progress) => tell({ kind: 'progress', progress }),
    });
    tell({ kind: 'outcome', outcome });
  } catch (error) {
    if (stop.signal.aborted) tell({ kind: 'stopped' });
    else tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
}

function tell(news: News): void {
  postMessage(news);
}
