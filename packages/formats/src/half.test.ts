// Reference: NumPy 1.24 conversions (fixtures/halves.npz), and the definitions of binary16 and bfloat16: every bit
// pattern must survive a round trip, and the nearest of all 65,536 values, ties to even, must be chosen.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bfloat16ToFloat32, float16ToFloat32, float32ToBfloat16, float32ToFloat16, toFloat32 } from './half';
import { readNpz } from './npz';

const allBits = Uint16Array.from({ length: 0x10000 }, (_, bits) => bits);

describe.each([
  ['binary16', float16ToFloat32, float32ToFloat16],
  ['bfloat16', bfloat16ToFloat32, float32ToBfloat16],
] as const)('%s', (_, decode, encode) => {
  const values = decode(allBits);

  it('returns every non-NaN bit pattern unchanged, and NaN as NaN', () => {
    const back = encode(values);
    for (const bits of allBits) {
      if (Number.isNaN(values[bits])) expect(decode(back.subarray(bits, bits + 1))[0]).toBeNaN();
      else if (back[bits] !== bits) expect.fail(`0x${bits.toString(16)} came back as 0x${back[bits]!.toString(16)}`);
    }
  });

  it('rounds midpoints to the even neighbour and their float32 neighbours to the nearer one', () => {
    for (let bits = 0; bits < 0x7fff; bits += 1) {
      const low = values[bits]!;
      const high = values[bits + 1]!;
      if (!Number.isFinite(low) || !Number.isFinite(high)) continue;
      const middle = (low + high) / 2;
      if (Math.fround(middle) !== middle) continue; // below the smallest float32: no float32 lies at the midpoint
      const even = bits % 2 === 0 ? bits : bits + 1;
      const step = Math.max(middle * 2 ** -23, 2 ** -149);
      const rounded = encode(Float32Array.of(middle, -middle, middle - step, middle + step));
      const expected = [even, even | 0x8000, bits, bits + 1];
      if (expected.some((e, i) => e !== rounded[i]))
        expect.fail(`at 0x${bits.toString(16)}: ${rounded} not ${expected}`);
    }
  });
});

it('agrees with NumPy on rounding, overflow and subnormals', () => {
  const arrays = readNpz(readFileSync(new URL('../fixtures/halves.npz', import.meta.url)));
  expect([...float32ToFloat16(toFloat32(arrays.get('input')!))]).toEqual([...arrays.get('bits')!.data]);
});

it('knows the published values of both formats', () => {
  expect([...float16ToFloat32(Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0001, 0x0400))]).toEqual([
    1,
    -2,
    65504,
    2 ** -24,
    2 ** -14,
  ]);
  expect([...bfloat16ToFloat32(Uint16Array.of(0x3f80, 0xc000, 0x4049))]).toEqual([1, -2, 3.140625]);
});

it('widens whole numbers and 64-bit integers', () => {
  expect([...toFloat32({ dtype: 'I64', shape: [2], data: BigInt64Array.of(-3n, 7n) })]).toEqual([-3, 7]);
  expect([...toFloat32({ dtype: 'U8', shape: [2], data: Uint8Array.of(0, 255) })]).toEqual([0, 255]);
});
