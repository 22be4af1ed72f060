// The issue's own demands on the site: every page lazy and sound, small, from a sub-path, without requests elsewhere; axe-core's rules.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, inject, it } from 'vitest';
import { contentSecurityPolicy } from '../build/content-security-policy';
import { routes } from '../src/routes';
import { openViewer } from './open-viewer';

describe.each([{ dark: false }, { dark: true }])('the shell, dark: $dark', ({ dark }) => {
  it('shows every page without a fault or a violation', async () => {
    await using viewer = await openViewer({ dark, webgpu: false });
    for (const { path } of routes) {
      await viewer.visit(`#/${path}`);
      await viewer.page.getByText(/^Loading/).waitFor({ state: 'detached' });
      expect(await viewer.violations(), path).toEqual([]);
    }
    expect(viewer.faults).toEqual([]);
  });
});

describe('the site', () => {
  it('is walked by the keyboard alone', async () => {
    await using viewer = await openViewer();
    const { page } = viewer;
    const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim());
    await page.keyboard.press('Tab');
    await expect.poll(focused).toBe('To the content');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await expect.poll(focused).toBe('Schedules');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Schedules' }).waitFor();
    await expect.poll(focused).toBe('Schedules');
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
    expect(viewer.faults).toEqual([]);
  });

  it('keeps what was turned last in its address when it is put aside, gone from by a link or reloaded at once', async () => {
    await using viewer = await openViewer({ path: '#/schedules' });
    const { page } = viewer;
    /** Turns the slider and, in the same task or right behind, does something else. @returns the address before and after */
    const turned = (value: string, act: 'put aside' | 'link' | 'reload' | 'edit') =>
      page.getByLabel('Read at').evaluate(
        async (slider: HTMLInputElement, [value, act]) => {
          slider.value = value;
          slider.dispatchEvent(new Event('input', { bubbles: true }));
          await new Promise((resolve) => setTimeout(resolve));
          const before = window.location.hash;
          if (act === 'link') document.querySelector<HTMLElement>('a[href="#/device"]')!.click();
          if (act === 'reload') window.location.reload();
          if (act === 'edit') window.location.hash = '#/schedules?t=0.9';
          if (act === 'put aside') {
            Object.defineProperty(document, 'hidden', { value: true, configurable: true });
            document.dispatchEvent(new Event('visibilitychange'));
          }
          return [before, window.location.hash];
        },
        [value, act] as const,
      );
    const isAt = async (hash: string, slider: string) => {
      await expect.poll(() => page.evaluate(() => window.location.hash)).toBe(hash);
      await expect.poll(() => page.getByLabel('Read at').inputValue()).toBe(slider);
    };
    expect(await turned('0.31', 'put aside')).toEqual(['#/schedules', '#/schedules?t=0.31']);
    expect(await turned('0.32', 'link')).toEqual(['#/schedules?t=0.31', '#/device']);
    await page.goBack();
    await isAt('#/schedules?t=0.32', '0.32');
    await Promise.all([page.waitForEvent('load'), turned('0.33', 'reload').catch(() => {})]);
    await isAt('#/schedules?t=0.33', '0.33');
    // Where the visitor goes wins over what was turned before.
    expect(await turned('0.34', 'edit')).toEqual(['#/schedules?t=0.33', '#/schedules?t=0.9']);
    await page.waitForTimeout(400);
    await isAt('#/schedules?t=0.9', '0.9');
    expect(viewer.faults).toEqual([]);
  });

  it('says when an address names no page', async () => {
    await using viewer = await openViewer({ path: '#/nowhere' });
    await expect.poll(() => viewer.page.getByRole('heading', { level: 1 }).textContent()).toBe('No such page');
  });

  it('loads less than 250 kB of compressed script first', async () => {
    await using viewer = await openViewer();
    const urls: string[] = await viewer.page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .map(({ name }) => name)
        .filter((name) => name.endsWith('.js')),
    );
    expect(urls.length).toBeGreaterThan(0);
    const bytes = urls.map(
      (url) => gzipSync(readFileSync(join(inject('viewer'), 'assets', url.split('/').pop()!))).length,
    );
    expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(250_000);
    // Pages stay unloaded until they are visited.
    const scripts = readdirSync(join(inject('viewer'), 'assets')).filter((name) => name.endsWith('.js'));
    expect(urls.length).toBeLessThan(scripts.length);
  });

  it('has its policy in the page, and no inline script', () => {
    const html = readFileSync(join(inject('viewer'), 'index.html'), 'utf8');
    expect(html.replaceAll('&#39;', "'")).toContain(`content="${contentSecurityPolicy}"`);
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)/);
    expect(html).not.toMatch(/\son[a-z]+=|\sstyle=/);
    expect(contentSecurityPolicy).not.toMatch(/unsafe-inline|'unsafe-eval'|https?:|\*/);
  });
});
