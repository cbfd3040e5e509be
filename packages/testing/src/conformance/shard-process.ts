import type { ShardTask } from './protocol.ts';
import { runShard } from './shard.ts';

await runShard(JSON.parse(process.argv[2] ?? '{}') as ShardTask);
