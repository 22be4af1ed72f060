/**
 * Makes the film of the README: digits forming from noise, x_t of every step, from what `make-trajectories.ts` has drawn.
 *
 *     node --conditions=@noisesmith/source --import tsx apps/viewer/scripts/make-film.ts
 */
import { readFile } from 'node:fs/promises';
import { writeFileAtomic } from '@noisesmith/formats/node';
import { encodeFilm } from '../src/model/film';
import { decodeTrajectories } from '../src/model/trajectories-npz';
import { carried } from './carried';

const trajectories = decodeTrajectories(await readFile(carried.trajectories));
const classes = new Set(trajectories.labels).size;
const bytes = encodeFilm(trajectories, { columns: classes });
await writeFileAtomic(carried.film, bytes);
console.log(`make-film: ${carried.film}: ${trajectories.moments.length} frames, ${bytes.length} bytes`);
