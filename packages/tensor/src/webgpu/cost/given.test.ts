// Reference: the form that the docstring states.
import { expect, it } from 'vitest';
import { parseCeilings } from './given';

it('reads two ceilings, and the cost of a dispatch where it is given', () => {
  expect(parseCeilings('60e12,0.8e12')).toEqual({
    flopsPerSecond: 6e13,
    loadsPerSecond: 8e11,
    dispatchSeconds: 5e-6,
    counted: 'distinct',
  });
  expect(parseCeilings('1,2,3').dispatchSeconds).toBe(3);
});

it.each(['60e12', '1,0', '1,2,3,4', '1,x', '1,Infinity', ''])('refuses %j', (text) => {
  expect(() => parseCeilings(text)).toThrow(`${JSON.stringify(text)}, expected FLOPS,LOADS or FLOPS,LOADS,DISPATCH`);
});
