import { parentPort } from 'node:worker_threads';
import { serve } from './walk.js';

/** The script of a thread in Node. */
const take = serve((reply) => parentPort?.postMessage(reply));
parentPort?.on('message', take);
