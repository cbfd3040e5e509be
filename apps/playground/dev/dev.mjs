// `pnpm -C apps/playground dev [-- PORT]`: the playground by itself in your own browser, until Ctrl-C.
import { servePlayground } from './server.mjs';

const { url } = await servePlayground(Number(process.argv[2] ?? 4180));
console.log(`The playground is at ${url}`);
