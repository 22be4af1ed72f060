import type { Component } from 'svelte';

export interface Route {
  /** What follows `#/` in the address. */
  readonly path: string;
  readonly title: string;
  /** What one does there, for cards and the document's description. */
  readonly summary: string;
  /** Loads the page when it is first visited. */
  load(): Promise<{ readonly default: Component }>;
}

/** The pages in the order of the navigation; the first one is shown where the address names none. */
export const routes: readonly Route[] = [
  {
    path: '',
    title: 'Start',
    summary: 'What noise schedules are and why they matter.',
    load: () => import('./pages/home/Page.svelte'),
  },
  {
    path: 'schedules',
    title: 'Schedules',
    summary: 'Bend a noise schedule and see at which noise levels a network then learns.',
    load: () => import('./pages/schedules/Page.svelte'),
  },
  {
    path: 'noise',
    title: 'Noise and size',
    summary: 'Drown a picture of yours in noise, small and large, and see why large ones need more.',
    load: () => import('./pages/noise/Page.svelte'),
  },
  {
    path: 'train',
    title: 'Train',
    summary: 'Train a diffusion model in this page, on your own machine, two settings side by side.',
    load: () => import('./pages/train/Page.svelte'),
  },
  {
    path: 'sample',
    title: 'Sample',
    summary: 'Watch samples form step by step, and compare samplers on the same seeds.',
    load: () => import('./pages/sample/Page.svelte'),
  },
  {
    path: 'runs',
    title: 'Runs',
    summary: 'Look into training runs: curves, loss by noise level, grids over time, settings side by side.',
    load: () => import('./pages/runs/Page.svelte'),
  },
  {
    path: 'inspect',
    title: 'Inspect',
    summary: 'Open weights, arrays and folders of pictures, and measure how far two sets are apart.',
    load: () => import('./pages/inspect/Page.svelte'),
  },
  {
    path: 'device',
    title: 'Device',
    summary: 'What this machine computes with, and how fast.',
    load: () => import('./pages/device/Page.svelte'),
  },
];
