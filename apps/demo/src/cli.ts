import { fileURLToPath } from 'node:url';
import { parseArguments, USAGE } from './arguments.ts';
import { mainJob } from './main-job.ts';

const FOLDER = fileURLToPath(new URL('../../../.cache/demo', import.meta.url)); // of the repository, seen from dist/

await run(process.argv.slice(2));

async function run(typed: readonly string[]): Promise<void> {
  try {
    const args = parseArguments(typed);
    if (args.help) {
      process.stdout.write(USAGE);
      return;
    }
    const people = args.json ? process.stderr : process.stdout;
    await mainJob(args, FOLDER, ['npm start', ...(typed.length > 0 ? ['--', ...typed] : [])].join(' '), {
      say: (text) => void people.write(`${text}\n`),
      answer: (json) => void process.stdout.write(`${json}\n`),
    });
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
