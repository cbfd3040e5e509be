import { CHILD } from './child-process.ts';
import { serveOrders } from './child.ts';

/** The commands; each is loaded when it is called. */
const commands: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  step: async (args) => (await import('./step-command.ts')).stepCommand(args),
};

const USAGE = `npm run bench -- COMMAND [options]

  step       counts and times one train step of one model
`;

const [command = '--help', ...rest] = process.argv.slice(2);
if (command === CHILD) serveOrders();
else void run(command, rest); // not awaited: chunks that it loads may import this file

async function run(name: string, args: readonly string[]): Promise<void> {
  try {
    if (name === '--help') return void process.stdout.write(USAGE);
    const work = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (work === undefined)
      throw new TypeError(`[bench] the command must be one of ${Object.keys(commands).join(', ')}, got ${name}. Run npm run bench -- --help.`);
    await work(args);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
