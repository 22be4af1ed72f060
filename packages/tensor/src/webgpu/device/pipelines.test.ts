// Reference: how often each holder asks and lets go, counted here.
import { expect, it } from 'vitest';
import { PipelineCache } from './pipelines';

/** Pipelines that are nothing but their source, and which sources were compiled. */
function counted() {
  const compiled: string[] = [];
  const cache = new PipelineCache(async (wgsl) => {
    compiled.push(wgsl);
    if (wgsl === 'bad') throw new Error('does not compile');
    return { label: wgsl } as GPUComputePipeline;
  });
  return { cache, compiled };
}

it('a pipeline is compiled once and stays until its last holder lets go', async () => {
  const { cache, compiled } = counted();
  const [first, second] = await Promise.all([cache.acquire('a', ''), cache.acquire('a', '')]);
  expect(first).toBe(second);
  cache.release(first);
  expect(cache.size).toBe(1);
  expect(await cache.acquire('a', '')).toBe(first);
  cache.release(first);
  cache.release(first);
  expect(cache.size).toBe(0);
  // Once too often does nothing to others.
  const again = await cache.acquire('a', '');
  cache.release(first);
  expect([cache.size, again === first]).toEqual([1, false]);
  expect(compiled).toEqual(['a', 'a']);
});

it('one that does not compile is forgotten', async () => {
  const { cache, compiled } = counted();
  for (let i = 0; i < 2; i++) await expect(cache.acquire('bad', '')).rejects.toThrow('does not compile');
  expect(cache.size).toBe(0);
  expect(compiled).toEqual(['bad', 'bad']);
});

it('while pipelines are kept none goes, and then those go that nobody holds', async () => {
  const { cache, compiled } = counted();
  const outer = cache.keep();
  const inner = cache.keep();
  cache.release(await cache.acquire('a', ''));
  const b = await cache.acquire('b', '');
  inner[Symbol.dispose]();
  inner[Symbol.dispose]();
  expect(cache.size).toBe(2);
  await cache.acquire('a', '').then((a) => cache.release(a));
  outer[Symbol.dispose]();
  expect(cache.size).toBe(1);
  cache.release(b);
  expect(cache.size).toBe(0);
  expect(compiled).toEqual(['a', 'b']);
});
