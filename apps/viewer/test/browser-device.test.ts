// References: what the browser itself tells of its adapter (`navigator.gpu`), what was asked for, axe-core's rules. No time is
// asserted: numbers of the benchmark have to be there and above zero.
import { describe, expect, it } from 'vitest';
import { openViewer } from './open-viewer';
import { seenText } from './seen-text';

describe('the device', () => {
  it('tells what there is, measures it, is cancelled, and is used by the keyboard', async () => {
    await using viewer = await openViewer({ path: '#/device?size=quick', backend: 'webgpu' });
    const { page } = viewer;
    const measure = page.getByRole('button', { name: 'Measure' });
    await measure.waitFor();
    const told = await page.evaluate(async () => {
      const adapter = (await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' }))!;
      const { architecture, vendor } = adapter.info;
      return { architecture, vendor, features: [...adapter.features], buffer: adapter.limits.maxBufferSize };
    });
    const text = await seenText(page.getByRole('main'));
    expect(text).toContain(`WebGPU, ${told.architecture}: as asked for`);
    expect(text).toContain('yes: a small product came out right');
    const features = page.getByRole('table', { name: 'Features of the adapter' });
    for (const feature of told.features) await expect.poll(() => seenText(features)).toContain(feature);
    await expect.poll(() => seenText(features.getByRole('row').filter({ hasText: 'subgroups' }))).toContain('yes');
    const limit = page.getByRole('row').filter({ hasText: 'maxBufferSize' });
    await expect.poll(() => seenText(limit)).toContain(`${(told.buffer / 2 ** 30).toFixed(1)} GiB`);
    expect(text).toMatch(/At most\s+[\d.]+ [KMGT]iB/);
    expect(await viewer.violations()).toEqual([]);

    await measure.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('progressbar').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('Cancelled; what was measured before').waitFor();
    await expect.poll(() => page.getByRole('button', { name: 'Copy as text' }).count()).toBe(0);

    await measure.focus();
    await page.keyboard.press('Enter');
    const copy = page.getByRole('button', { name: 'Copy as text' });
    await copy.waitFor({ timeout: 600_000 });
    const names = [
      'Matrix product 64 × 64',
      'Matrix product 128 × 128',
      'Matrix product 256 × 256',
      'Memory',
      'Training',
    ];
    await copy.focus();
    await page.keyboard.press('Enter');
    const lines = (await page.evaluate(() => navigator.clipboard.readText())).split('\n');
    expect(lines[0]).toBe(`WebGPU, ${told.architecture}: as asked for`);
    expect(lines[1]).toContain(`vendor ${told.vendor}; architecture ${told.architecture}`);
    for (const name of names) {
      const found = new RegExp(`^${name} +([\\d.e+]+) (GFLOP|GB|images)/s`, 'm').exec(lines.join('\n'));
      expect(Number(found?.[1]), name).toBeGreaterThan(0);
    }
    expect(lines.join('\n')).toMatch(/Training step +[\d.e+]+ ms +a very small RIN, [\d,]+ parameters, batch 4/);
    expect(await viewer.violations()).toEqual([]);

    // The choice is a visitor's own, and stays.
    const choice = page.getByRole('group', { name: 'Compute with' }).getByRole('radio', { checked: true });
    await choice.focus();
    await page.keyboard.press('ArrowRight');
    await page.getByText(/^WebAssembly, \d+ threads?: as asked for$/).waitFor();
    await expect
      .poll(() => seenText(page.getByRole('main')))
      .toContain('Features and limits of an adapter need WebGPU');
    await measure.click();
    await copy.waitFor({ timeout: 600_000 });
    await copy.click();
    await expect
      .poll(() => page.evaluate(() => navigator.clipboard.readText()))
      .toMatch(/^WebAssembly, .*\nbackend WebAssembly; [\s\S]*^Training +[\d.e+]+ images\/s/m);
    await page.goto(page.url().replace('?backend=webgpu', ''));
    await page.getByText(/^WebAssembly, \d+ threads?: as asked for$/).waitFor();
    expect(viewer.faults).toEqual([]);
  });

  it('without WebGPU says what computes, and how to get it', async () => {
    await using viewer = await openViewer({ path: '#/device', webgpu: false, dark: true, phone: true });
    const { page } = viewer;
    await page.getByText(/^WebAssembly, .*: no usable GPU here/).waitFor();
    const help = page.getByText('Chrome and Edge (this looks like yours)');
    await expect.poll(() => page.getByText('--enable-unsafe-webgpu --ozone-platform=x11').isVisible()).toBe(true);
    await help.focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByText('--enable-unsafe-webgpu --ozone-platform=x11').isVisible()).toBe(false);
    await page.getByText('Firefox', { exact: true }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByText('dom.webgpu.enabled').isVisible()).toBe(true);
    await expect.poll(() => page.getByText(/^At most/).count()).toBe(1);
    expect(await viewer.violations()).toEqual([]);
    expect(viewer.faults).toEqual([]);
  });
});
