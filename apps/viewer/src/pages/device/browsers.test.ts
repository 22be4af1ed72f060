// Reference: user agents as the browsers of these names send them.
import { expect, it } from 'vitest';
import { browserOf, browsers, codePieces } from './browsers';

it.each([
  ['Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0', 'firefox'],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/144.0.0.0 Safari/537.36',
    'chromium',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/144.0 Safari/537.36 Edg/144.0',
    'chromium',
  ],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15',
    'safari',
  ],
  ['curl/8', undefined],
])('%s', (userAgent, browser) => {
  expect(browserOf(userAgent)).toBe(browser);
});

it('has help for each, with code in pairs of backticks', () => {
  expect(browsers.map(({ id }) => id)).toEqual(['chromium', 'firefox', 'safari']);
  for (const { lines } of browsers) for (const line of lines) expect(codePieces(line).length % 2).toBe(1);
});
