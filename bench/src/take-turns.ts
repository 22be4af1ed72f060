import type { ChildProcess } from 'node:child_process';
import type { Turns } from './turns';

/** A process that asks for a turn by a message, and begins it at one. */
type Player = Pick<ChildProcess, 'on' | 'send' | 'kill'>;

interface Taking {
  /** Ends the turn that it is started in. */
  readonly end: () => void;
  /** Absent: all its turns are this one. */
  readonly turns: Turns | undefined;
  readonly timeoutMs: number;
}

/** Gives a process the turns that it asks for, and kills it when it has had them for too long. */
export function takeTurns(child: Player, { end, turns, timeoutMs }: Taking): void {
  let left = timeoutMs;
  let gone = false;
  let rest = begin(end);

  function begin(over: () => void): () => void {
    const since = performance.now();
    const limit = setTimeout(() => child.kill('SIGKILL'), left);
    return () => {
      clearTimeout(limit);
      left -= performance.now() - since;
      over();
    };
  }

  child.on('message', async () => {
    if (turns) {
      rest();
      rest = begin(await turns.take());
    }
    if (gone) rest();
    else child.send('go');
  });
  const leave = (): void => {
    gone = true;
    rest();
  };
  child.on('error', leave);
  child.on('close', leave);
}
