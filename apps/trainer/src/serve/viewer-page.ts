import { readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { WorkError } from '../errors';

export interface ViewerPage {
  /** Its folder, without links. */
  readonly folder: string;
  /** The value of its Content-Security-Policy. */
  readonly policy: string;
}

/** What the page says of itself, and what only a header can: nobody shows it in a frame. */
function policyOf(html: string): string {
  const [, found] = /<meta\s+http-equiv="Content-Security-Policy"\s+content="([^"]+)"/i.exec(html) ?? [];
  const policy = found?.replaceAll('&#39;', "'") ?? "default-src 'self'";
  return `${policy}; frame-ancestors 'none'`;
}

/** The built page. @throws WorkError where it is not there */
export function viewerPage(): ViewerPage {
  try {
    const manifest = createRequire(import.meta.url).resolve('@noisesmith/viewer/package.json');
    const folder = realpathSync(join(dirname(manifest), 'dist'));
    return { folder, policy: policyOf(readFileSync(join(folder, 'index.html'), 'utf8')) };
  } catch {
    throw new WorkError('the page that shows runs (@noisesmith/viewer) is not built; npm run build builds it');
  }
}
