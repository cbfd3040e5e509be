import type { ShardTask } from './protocol.ts';
import { runShard } from './shard.ts';

try {
  await runShard(JSON.parse(process.argv[2] ?? '{}') as ShardTask);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
}
