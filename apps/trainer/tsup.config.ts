import { defineConfig } from 'tsup';
import { base } from '../../tsup.base';

// The script of a thread stays a file of its own, to be started by its address.
const entry = { main: 'src/main.ts', 'serve-worker': 'src/serve/serve-worker.ts' };

export default defineConfig({ ...base, entry, dts: false });
