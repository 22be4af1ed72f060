import type { Page } from '@noisesmith/testing';

/** The text that a visitor sees: cells and lines apart, what is hidden left out; '' for what is not there now. */
export const seenText = (locator: ReturnType<Page['locator']>): Promise<string> =>
  // biome-ignore lint/performance/useDomNodeTextContent: hidden text and the breaks between cells matter here
  locator.innerText({ timeout: 2000 }).catch(() => '');
