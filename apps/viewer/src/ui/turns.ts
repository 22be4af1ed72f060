/** What is drawn bit by bit: a page's parts each have a turn of their own, so that input is answered between them. */
const waiting = new Set<() => void>();
let isUnderWay = false;

/** A task after the next frame is painted; a page that nobody sees paints none. */
function later(act: () => void): void {
  if (document.hidden) setTimeout(act);
  else requestAnimationFrame(() => setTimeout(act));
}

function takeTurn(): void {
  const [act] = waiting;
  isUnderWay = act !== undefined;
  if (!act) return;
  waiting.delete(act);
  later(takeTurn);
  act();
}

/** Calls `act` in a task of its own, after those that asked before. @returns what calls it off */
export function turn(act: () => void): () => void {
  waiting.add(act);
  if (!isUnderWay) {
    isUnderWay = true;
    later(takeTurn);
  }
  return () => waiting.delete(act);
}
