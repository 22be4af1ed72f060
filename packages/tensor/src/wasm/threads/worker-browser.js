import { serve } from './walk.js';

/** The script of a worker in a page. */
const take = serve((reply) => globalThis.postMessage(reply));
globalThis.addEventListener('message', (event) => take(event.data));
