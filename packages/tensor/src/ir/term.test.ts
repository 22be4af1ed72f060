// Reference: V8's garbage collector, called by hand.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { arg, binary, constant, rememberedTerms } from './term';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

it('equal terms are one object as long as somebody holds it, and are forgotten after', async () => {
  const kept = binary('mul', arg(0), constant(0.125));
  const before = rememberedTerms();
  let made = Array.from({ length: 1000 }, (_, i) => binary('add', kept, constant(i + 0.25)));
  expect(rememberedTerms()).toBe(before + 2000);
  expect(binary('add', kept, constant(7.25))).toBe(made[7]);
  made = [];
  // Terms leave in a turn of their own after the collection.
  for (let turn = 0; turn < 100 && rememberedTerms() > before; turn++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  expect(rememberedTerms()).toBeLessThanOrEqual(before);
  expect(binary('mul', arg(0), constant(0.125))).toBe(kept);
});
