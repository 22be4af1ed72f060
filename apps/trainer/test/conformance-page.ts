/** What the page of the browser test runs: the fixture is fetched, the results are sent back. */
import { openDevice } from '@noisesmith/tensor';
import { runConformance } from '../src/conformance';

async function main(): Promise<void> {
  const fixture = new Uint8Array(await (await fetch('/fixture')).arrayBuffer());
  const device = await openDevice();
  const post = (path: string, body: BodyInit): Promise<Response> => fetch(path, { method: 'POST', body });
  const results = await runConformance(device, fixture, { onProgress: (part) => void post('/progress', part) });
  await post('/results', results);
}

main().catch((error: unknown) => fetch('/failure', { method: 'POST', body: String((error as Error).stack ?? error) }));
