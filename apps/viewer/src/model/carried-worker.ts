/** Reads what was drawn beforehand, which is a page's longest piece of reading. */
import { serveCalls, transferring } from '../worker/calls';
import { fetchBytes } from './fetch-bytes';
import type { Trajectories } from './trajectories';
import { decodeTrajectories } from './trajectories-npz';

const handlers = {
  async read(url: string): Promise<Trajectories> {
    const trajectories = decodeTrajectories(await fetchBytes(url));
    const { known, x, x0 } = trajectories;
    return transferring(
      trajectories,
      [...x, ...x0, known].map(({ buffer }) => buffer as ArrayBuffer),
    );
  },
};

export type CarriedHandlers = typeof handlers;
serveCalls(handlers);
