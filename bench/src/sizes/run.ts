/** What the engine and its peers add to a page: each installed from npm, bundled alike. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { markdownTable } from '../table';
import { bundle, type Size, sizeOfFile } from './bundle';

const usage = `usage: bench --sizes

Installs the peers with npm into .cache/sizes, bundles each of them and the built engine for browsers with the same esbuild
(everything that is exported, minified), and prints the size of the script, of what else a page has to load, and of both
under gzip -9.`;

const root = fileURLToPath(new URL('../../../', import.meta.url));
const engineFolder = join(root, 'bench');
const peersFolder = join(root, '.cache', 'sizes');

/** Versions that the benchmark times, and of what it cannot time: it only infers. */
const peers: Readonly<Record<string, string>> = {
  ...peersOfBench(),
  'onnxruntime-web': '1.30.0',
};

function peersOfBench(): Record<string, string> {
  const { devDependencies } = JSON.parse(readFileSync(join(engineFolder, 'package.json'), 'utf8'));
  const names = [
    '@jax-js/jax',
    '@tensorflow/tfjs-core',
    '@tensorflow/tfjs-backend-wasm',
    '@tensorflow/tfjs-backend-webgpu',
  ];
  return Object.fromEntries(names.map((name) => [name, devDependencies[name]]));
}

interface Subject {
  readonly name: string;
  readonly runsOn: string;
  /** Whether it has gradients. */
  readonly trains: boolean;
  /** An entry that exports all of it. */
  readonly entry: string;
  /** Files, below the folder of modules, that a page loads beside the script; of a script, with what it imports. */
  readonly files?: readonly string[];
}

const tfjs = (backend: string): string =>
  `export * from '@tensorflow/tfjs-core'; export * as backend from '@tensorflow/tfjs-backend-${backend}';`;

const peerSubjects: readonly Subject[] = [
  {
    name: `jax-js ${peers['@jax-js/jax']}`,
    runsOn: 'WebGPU, Wasm, WebGL',
    trains: true,
    entry: "export * from '@jax-js/jax';",
  },
  {
    name: `TensorFlow.js ${peers['@tensorflow/tfjs-core']}, core and backend`,
    runsOn: 'WebGPU',
    trains: true,
    entry: tfjs('webgpu'),
  },
  {
    name: `TensorFlow.js ${peers['@tensorflow/tfjs-core']}, core and backend`,
    runsOn: 'Wasm, threads',
    trains: true,
    entry: tfjs('wasm'),
    files: ['@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm'],
  },
  {
    name: `onnxruntime-web ${peers['onnxruntime-web']}`,
    runsOn: 'WebGPU',
    trains: false,
    entry: "export * from 'onnxruntime-web/webgpu';",
    files: ['onnxruntime-web/dist/ort-wasm-simd-threaded.asyncify.wasm'],
  },
  {
    name: `onnxruntime-web ${peers['onnxruntime-web']}`,
    runsOn: 'Wasm, threads',
    trains: false,
    entry: "export * from 'onnxruntime-web/wasm';",
    files: ['onnxruntime-web/dist/ort-wasm-simd-threaded.wasm'],
  },
];

/** The engine whole, and without what opens its second backend. */
async function engineSubjects(): Promise<Subject[]> {
  const all = "export * from '@noisesmith/tensor';";
  const { exports } = await bundle(all, engineFolder);
  const without = (...names: string[]): string =>
    `export { ${exports.filter((name) => !names.includes(name)).join(', ')} } from '@noisesmith/tensor';`;
  const one = { name: '@noisesmith/tensor', trains: true };
  const thread = '@noisesmith/tensor/dist/wasm/threads/worker-browser.js';
  return [
    { ...one, runsOn: 'WebGPU, Wasm, oracle', entry: all, files: [thread] },
    {
      ...one,
      name: 'the same without `openWasm`',
      runsOn: 'WebGPU, oracle',
      entry: without('openWasm', 'openBackend'),
    },
  ];
}

/** Installs the peers as a stranger would, where npm is told to look for packages. */
function install(): void {
  mkdirSync(peersFolder, { recursive: true });
  writeFileSync(join(peersFolder, 'package.json'), JSON.stringify({ private: true, dependencies: peers }));
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
  execFileSync(npm, ['install', ...quiet], { cwd: peersFolder, stdio: 'inherit' });
}

/** @throws Error when a script does not name a file that it is said to load */
async function measure({ entry, files = [] }: Subject, folder: string): Promise<{ script: Size; files: Size }> {
  const script = await bundle(entry, folder);
  const sizes: Size[] = [];
  for (const file of files) {
    const path = join(folder, 'node_modules', file);
    if (!script.text.includes(basename(file))) {
      throw new Error(`bench --sizes: the bundle of ${entry} does not name ${basename(file)}, which it should load`);
    }
    const isScript = file.endsWith('.js');
    sizes.push(isScript ? await bundle(readFileSync(path, 'utf8'), dirname(path)) : sizeOfFile(path));
  }
  const sum = (of: keyof Size): number => sizes.reduce((total, size) => total + size[of], 0);
  return { script, files: { plain: sum('plain'), gzip: sum('gzip') } };
}

const kilobytes = (bytes: number): string =>
  bytes === 0 ? '-' : bytes < 10_000 ? (bytes / 1000).toFixed(1) : (bytes / 1000).toFixed(0);

/** `bench --sizes`. */
export async function runSizes(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { help: { type: 'boolean', short: 'h', default: false } } });
  if (values.help) {
    console.log(usage);
    return;
  }
  install();
  const subjects = [
    ...(await engineSubjects()).map((subject) => ({ subject, folder: engineFolder })),
    ...peerSubjects.map((subject) => ({ subject, folder: peersFolder })),
  ];
  const rows: string[][] = [];
  for (const { subject, folder } of subjects) {
    const { files, script } = await measure(subject, folder);
    const numbers = [script.plain, script.gzip, files.gzip, script.gzip + files.gzip].map(kilobytes);
    rows.push([subject.name, subject.runsOn, subject.trains ? 'yes' : 'no', ...numbers]);
  }
  const header = ['', 'runs on', 'gradients', 'script', 'script, gzip', 'other files, gzip', 'together, gzip'];
  console.log(markdownTable(header, rows, [false, false, false, true, true, true, true]));
}
