import { inject } from 'vitest';
import { type OpenViewerOptions, openBuiltViewer, type Viewer } from './chromium';

/** The viewer, built once for all tests, in Chromium. */
export const openViewer = (options?: OpenViewerOptions): Promise<Viewer> => openBuiltViewer(inject('viewer'), options);
