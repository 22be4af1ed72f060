import { ERF_FAR, ERF_NEAR } from '../../ir/erf';
import { ATANH_SERIES, CENTRAL, TAIL } from '../../random/inverse-normal';
import { KEY_PARITY, ROTATIONS } from '../../random/threefry';
import { floatLiteral } from './literal';

const horner = (coefficients: readonly number[], x: string): string =>
  coefficients
    .slice(0, -1)
    .reduceRight(
      (inner, c) => `(${inner}) * ${x} + ${floatLiteral(c)}`,
      floatLiteral(coefficients[coefficients.length - 1]!),
    );

const round = (r: number): string => `  x.x += x.y; x.y = (x.y << ${r}u) | (x.y >> ${32 - r}u); x.y ^= x.x;`;

const threefry = (): string => {
  const groups = [0, 1, 2, 3, 4].map((g) => {
    const rounds = [0, 1, 2, 3].map((i) => round(ROTATIONS[(g % 2) * 4 + i]!)).join('\n');
    return `${rounds}\n  x += vec2<u32>(k[${(g + 1) % 3}], k[${(g + 2) % 3}] + ${g + 1}u);`;
  });
  return `fn ns_threefry(key: vec2<u32>, counter: vec2<u32>) -> vec2<u32> {
  let k = vec3<u32>(key.x, key.y, key.x ^ key.y ^ ${KEY_PARITY}u);
  var x = counter + k.xy;
${groups.join('\n')}
  return x;
}`;
};

/**
 * Functions that kernels may call, in the order in which they may stand on one another. WGSL has no erf, and promises too
 * little of log for random numbers to agree across adapters.
 */
const functions: readonly { readonly name: string; readonly source: () => string }[] = [
  {
    name: 'ns_erf',
    source: () => `fn ns_erf(x: f32) -> f32 {
  let z = min(abs(x), 6.0);
  let s = x * x;
  let t = 1.0 / (1.0 + 0.5 * z);
  let p = ${horner(ERF_FAR, 't')};
  let far = sign(x) * (1.0 - t * exp(p - z * z));
  let near = x * (${horner(ERF_NEAR, 's')});
  return select(far, near, s < 0.25);
}`,
  },
  {
    // To the nearest 16-bit float, ties to even, whose conversion is then exact: WGSL leaves the direction of rounding and
    // numbers beyond the largest, 65504, to the adapter. Below 2⁻¹⁴ the adapter still drops what is under 2⁻²⁴.
    name: 'ns_half',
    source: () => `fn ns_half(x: f32) -> f32 {
  let bits = bitcast<u32>(select(x, sign(x) * 65504.0, abs(x) > 65504.0));
  return bitcast<f32>((bits + 0xfffu + ((bits >> 13u) & 1u)) & 0xffffe000u);
}`,
  },
  {
    name: 'ns_half4',
    source: () =>
      'fn ns_half4(x: vec4<f32>) -> vec4<f32> { return vec4<f32>(ns_half(x.x), ns_half(x.y), ns_half(x.z), ns_half(x.w)); }',
  },
  { name: 'ns_threefry', source: threefry },
  {
    name: 'ns_log',
    source: () => `fn ns_log(x: f32) -> f32 {
  let bits = bitcast<u32>(x) - 0x3f3504f3u;
  let e = f32(bitcast<i32>(bits) >> 23u);
  let m = bitcast<f32>((bits & 0x7fffffu) + 0x3f3504f3u);
  let s = (m - 1.0) / (m + 1.0);
  let s2 = s * s;
  return e * 0.6931471806 + 2.0 * s * (${horner(ATANH_SERIES, 's2')});
}`,
  },
  {
    name: 'ns_uniform',
    source: () => 'fn ns_uniform(bits: u32) -> f32 { return (f32(bits >> 9u) + 0.5) * 1.1920928955078125e-7; }',
  },
  {
    name: 'ns_normal',
    source: () => `fn ns_normal(u: f32) -> f32 {
  let q = u - 0.5;
  let c = ${CENTRAL.offset} - q * q;
  let middle = q * (${horner(CENTRAL.numerator, 'c')}) / (${horner(CENTRAL.denominator, 'c')});
  let r = sqrt(max(-ns_log(min(u, 1.0 - u)), 0.0)) - ${TAIL.offset};
  let tail = sign(q) * (${horner(TAIL.numerator, 'r')}) / (${horner(TAIL.denominator, 'r')});
  return select(tail, middle, abs(q) <= ${CENTRAL.limit});
}`,
  },
];

const OPERATION = / (?:[-+*/&|^]|<<|>>)=? |\b(?:sqrt|exp|abs|sign|min|max|select)\(/g;
const counts = new Map<string, number>();

/** Arithmetic operations of a function by its source, with those of the functions it calls. */
export function libraryOperations(name: string): number {
  const known = counts.get(name);
  if (known !== undefined) return known;
  const found = functions.find((f) => f.name === name);
  if (!found) throw new Error(`no library function '${name}'`);
  const source = found.source();
  const inner = source.slice(source.indexOf('{'));
  const called = functions.filter((f) => f.name !== name && inner.includes(`${f.name}(`));
  const own = inner.match(OPERATION)?.length ?? 0;
  const total = called.reduce((n, f) => n + libraryOperations(f.name), own);
  counts.set(name, total);
  return total;
}

/** Sources of the functions that `body` calls, directly or through one another. */
export function libraryFor(body: string): string {
  let text = body;
  const needed: string[] = [];
  for (const f of [...functions].reverse()) {
    if (!text.includes(`${f.name}(`)) continue;
    needed.unshift(f.source());
    text += needed[0];
  }
  return needed.join('\n');
}
