import type { NodeFiles } from '../../bytes/node-files.ts';
import { errorCode } from '../../bytes/node-files.ts';

/** What tells one process from every other: numbers come again, starting times do not. */
export interface ProcessMark {
  readonly host: string;
  readonly pid: number;
  /** When it started, in the system's own words; '' where the system does not say. */
  readonly started: string;
}

type Modules = Pick<NodeFiles, 'fs' | 'os'>;

/** The mark of this process. */
export async function thisProcess({ fs, os }: Modules): Promise<ProcessMark> {
  return { host: os.hostname(), pid: process.pid, started: await startOf(process.pid, fs) };
}

/** Whether the process of a mark may still run; yes for one of another machine. */
export async function isAlive({ host, pid, started }: ProcessMark, { fs, os }: Modules): Promise<boolean> {
  if (host !== os.hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (errorCode(error) !== 'EPERM') return false; // EPERM: somebody else's, but alive
  }
  const now = await startOf(pid, fs);
  return now === '' || started === '' || now === started;
}

/** Linux: the boot, and the clock ticks after it. Elsewhere a process is told by its number alone. */
async function startOf(pid: number, { readFile }: NodeFiles['fs']): Promise<string> {
  if (process.platform !== 'linux') return '';
  try {
    const [boot, stat] = await Promise.all([readFile('/proc/sys/kernel/random/boot_id', 'utf8'), readFile(`/proc/${pid}/stat`, 'utf8')]);
    return `${boot.trim()} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    return '';
  }
}
