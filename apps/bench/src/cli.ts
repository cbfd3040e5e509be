import { CHILD } from './child-process.ts';
import { serveOrders } from './child.ts';

/** The commands; each is loaded when it is called. */
const commands: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  step: async (args) => (await import('./step-command.ts')).stepCommand(args),
  compare: async (args) => (await import('./compare-command.ts')).compareCommand(args),
  kernels: async (args) => (await import('./kernels-command.ts')).kernelsCommand(args),
  sweep: async (args) => (await import('./sweep-command.ts')).sweepCommand(args),
  fit: async (args) => (await import('./fit/fit-command.ts')).fitCommand(args),
  write: async (args) => (await import('./write-command.ts')).writeCommand(args),
  bundle: async (args) => (await import('./bundle-command.ts')).bundleCommand(args),
};

const USAGE = `npm run bench -- COMMAND [options]

  step       counts and times one train step of one model
  compare    times contestants in turn and compares them with stock tfjs
  kernels    times single operations, ours against stock
  sweep      counts one model over batch sizes and depths: what grows, and is it linear
  fit        finds the largest batch and the deepest model under a cap of device bytes
  write      writes docs/benchmarks.md from the results that the others left
  bundle     packs Node, Dawn and this bench for a GPU machine without a network

Each has --help.
`;

const [command = '--help', ...rest] = process.argv.slice(2);
if (command === CHILD) serveOrders();
else void run(command, rest); // not awaited: chunks that it loads may import this file

async function run(name: string, args: readonly string[]): Promise<void> {
  try {
    if (name === '--help') return void process.stdout.write(USAGE);
    const work = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (work === undefined)
      throw new TypeError(
        `[bench] the command must be one of ${Object.keys(commands).join(', ')}, got ${name}. Run npm run bench -- --help.`,
      );
    await work(args);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
