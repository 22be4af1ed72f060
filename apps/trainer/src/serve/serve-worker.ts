/** The script of the thread that serves runs: what it does is no work of the thread that trains. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { RunHandler } from './run-handler';
import type { ServeMessage, ServeOrder } from './run-server';

const { folders, port } = workerData as ServeOrder;
const tell = (message: ServeMessage): void => parentPort?.postMessage(message);

const server = createServer();
server.once('error', (error: NodeJS.ErrnoException) => tell({ type: 'failed', code: error.code ?? error.message }));
// Loopback alone: nobody else in the network reaches it.
server.listen(port, '127.0.0.1', () => {
  const handler = new RunHandler(folders, (server.address() as AddressInfo).port);
  server.on('request', (request, response) => void handler.answer(request, response));
  tell({ type: 'listening', port: (server.address() as AddressInfo).port });
});
