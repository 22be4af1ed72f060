// Reference: Node's rule for the end of a process, and the `browser` condition as esbuild, an independent
// implementation of package.json "imports", resolves it.
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { findGpu } from './device/gpu-browser';

const OPEN = fileURLToPath(new URL('./open.ts', import.meta.url));

/** The part of esbuild (here through tsup, which depends on it) that the test uses. */
interface Bundler {
  build(options: object): Promise<{ metafile: { inputs: Record<string, object> } }>;
}

/** A program that opens a device in a fresh process: the exit status and what it wrote. */
async function program(source: string, env: NodeJS.ProcessEnv = {}) {
  const args = ['--import', 'tsx', '--conditions=@noisesmith/source', '--input-type=module', '--eval'];
  const script = `import { openDevice } from ${JSON.stringify(OPEN)};\n${source}`;
  return promisify(execFile)(process.execPath, [...args, script], { env: { ...process.env, ...env } });
}

describe('a process with a device', () => {
  it.each(['', 'device.destroy();'])('ends by itself (%j at its end)', async (ending) => {
    const { stdout } = await program(`
      const device = globalThis.device = await openDevice();
      const buffer = device.createBuffer({ label: 'x', size: 4, usage: 140 });
      console.log((await device.read(buffer, 0, 4)).byteLength);
      ${ending}`);
    expect(stdout.trim()).toBe('4');
  });

  it('is told what to install when no driver is there', async () => {
    const nowhere = { VK_DRIVER_FILES: '/none/driver.json', VK_ICD_FILENAMES: '/none/driver.json' };
    const source = `await openDevice().then(console.log, (e) => console.log(e.name + ': ' + e.message));`;
    const { stdout } = await program(source, nowhere);
    expect(stdout).toMatch(/^NoAdapterError: no WebGPU adapter.*libvulkan1 and mesa-vulkan-drivers/m);
    expect(stdout.trim()).not.toContain('\n');
  });
});

describe('a browser', () => {
  it('never gets the package webgpu in a bundle', async () => {
    const require = createRequire(createRequire(import.meta.url).resolve('tsup'));
    const { build } = require('esbuild') as Bundler;
    const conditions = ['@noisesmith/source'];
    const options = {
      entryPoints: [OPEN],
      bundle: true,
      write: false,
      metafile: true,
      format: 'esm',
      conditions,
    } as const;
    const inputs = async (platform: 'browser' | 'node') => {
      const { metafile } = await build({ ...options, platform, external: ['*.node'] });
      return Object.keys(metafile.inputs).join('\n');
    };
    expect(await inputs('node')).toMatch(/gpu-node\.ts/);
    expect(await inputs('node')).toMatch(/node_modules\/webgpu\//);
    expect(await inputs('browser')).toMatch(/gpu-browser\.ts/);
    expect(await inputs('browser')).not.toMatch(/node_modules|gpu-node/);
  });

  it('without WebGPU says why', async () => {
    expect(await findGpu([])).toEqual({ missing: expect.stringMatching(/navigator\.gpu/), help: expect.any(String) });
    expect(await findGpu(['backend=null'])).toEqual({ missing: expect.stringMatching(/Node only/) });
  });
});
