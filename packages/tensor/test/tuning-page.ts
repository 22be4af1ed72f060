/** What the page of the test of tuning runs: tables of choices in IndexedDB, and tuning itself. */
import {
  compileGraph,
  f32,
  type Graph,
  interpret,
  matmul,
  openDevice,
  openTuningStore,
  type TuningTable,
  trace,
  tune,
  tuningKey,
} from '@noisesmith/tensor';

const LOCATION = 'tuning-test';
const TABLES = 'tables';

const lines: string[] = [];
const storeIn = (location = LOCATION) => openTuningStore({ location, onWarning: (line) => lines.push(line) });

/** The lines warned with since the last call. */
const warnings = (): string[] => lines.splice(0);

const settled = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** Leaves `value` where the store keeps the table of `key`, without the store. */
async function plant(key: string, value: unknown): Promise<void> {
  const db = await settled(indexedDB.open(LOCATION));
  await settled(db.transaction(TABLES, 'readwrite').objectStore(TABLES).put(value, key));
  db.close();
}

/** A database that a later version of the store has made. */
async function plantLater(location: string): Promise<void> {
  (await settled(indexedDB.open(location, 1000))).close();
}

const spec = { inputs: { x: f32(24, 64), w: f32(64, 16) } } as const;
const product = (): Graph => trace(spec, ({ inputs: { x, w } }) => ({ outputs: { y: matmul(x, w) } }));

/** Times the candidates of a product, and keeps what was found. */
async function tuneProduct() {
  using device = await openDevice();
  const table = await tune(device, product(), { budgetSeconds: 120 });
  await storeIn().write(table);
  return { key: tuningKey(device.target), table };
}

/** The product as the kept table of this adapter has it: which kernels that is, and its largest error. */
async function runTuned() {
  using device = await openDevice();
  const tuning = await storeIn().read(tuningKey(device.target));
  if (!tuning) throw new Error('no table is kept for this adapter');
  using program = await compileGraph(device, product(), { tuning });
  const inputs = {
    x: Float32Array.from({ length: 24 * 64 }, (_, i) => Math.sin(i)),
    w: Float32Array.from({ length: 64 * 16 }, (_, i) => Math.cos(i)),
  };
  await program.run(inputs);
  const got = await program.read('y');
  const error = interpret(product(), { inputs }).outputs.y!.reduce((e, t, i) => Math.max(e, Math.abs(t - got[i]!)), 0);
  const sites = program.plan.sites.map(({ key, candidates, chosen }) => ({ key, candidates, chosen }));
  return { tuning, sites, error };
}

const page = {
  read: (key: string, location?: string) => storeIn(location).read(key),
  write: (table: TuningTable, location?: string) => storeIn(location).write(table),
  warnings,
  plant,
  plantLater,
  tuneProduct,
  runTuned,
};

declare global {
  var tuning: typeof page;
}
globalThis.tuning = page;
