import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';
import { contentSecurityPolicy } from './build/content-security-policy.ts';
import { digitsInPage } from './build/digits.ts';
import { formulas } from './build/formulas.ts';
import { isolation } from './build/isolation.ts';

/** Puts the policy into the built page, so that any static server will do. Vite's own server, for work on the page, needs inline styles. */
const policyInPage: Plugin = {
  name: 'content-security-policy',
  apply: 'build',
  transformIndexHtml: () => [
    {
      tag: 'meta',
      attrs: { 'http-equiv': 'Content-Security-Policy', content: contentSecurityPolicy },
      injectTo: 'head-prepend',
    },
  ],
};

export default defineConfig({
  // Relative addresses: the page works under any path.
  base: './',
  plugins: [svelte(), policyInPage, isolation, digitsInPage(), formulas],
  resolve: { conditions: ['@noisesmith/source', 'browser', 'module', 'import', 'default'] },
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    // Data addresses in place of files would be scripts and workers that the policy forbids.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1000,
  },
});
