// The script of the thread where the repository runs from its sources: threads are started without a loader of TypeScript.
import { register } from 'tsx/esm/api';

register();
await import('./serve-worker.ts');
