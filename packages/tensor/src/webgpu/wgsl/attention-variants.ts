import { type AttentionSizes, attentionSizes, scaleOf } from '../../lower/attention-sizes';
import type { AttentionAttributes } from '../../ops/attention';
import { EXPANSION } from '../../plan/candidate';
import type { AdapterProfile } from '../device/types';
import {
  alongStage,
  type HeadRows,
  mergeOfParts,
  type Pass,
  type PassForm,
  type PassShape,
  type Product,
  type RowEnd,
  type Saved,
  type Sum,
  splitOf,
  sumOfParts,
  targetOf,
} from './attention-pass';
import { subgroupForm } from './attention-subgroup';
import { workgroupForm } from './attention-workgroup';
import type { KernelRequest, KernelVariant, NamedCandidate, Result, Stage } from './variant';

const MOST_WIDTH = 128;

/**
 * Logits, in elements, above which no matrix of them is stored (64 MiB; the backward of the expansion holds two or three
 * at a time). On a software adapter fused gradients take about 1.5 times as long, for they compute products again: below
 * it the expansion is chosen there.
 */
export const LARGE_MATRIX = 2 ** 24;

type Request = KernelRequest<AttentionAttributes>;
type Candidate = Parameters<KernelVariant<AttentionAttributes>['supports']>[0];

/** The backward has two passes: over queries for dq, over keys for dk and dv. */
type PassName = 'forward' | 'queries' | 'keys';

function shapeOf(name: PassName, { batch, heads, queries, keys, depth, width }: AttentionSizes): PassShape {
  const matrices = { matrices: batch * heads, heads };
  const ofQueries = { ...matrices, own: queries, partners: keys };
  switch (name) {
    case 'forward':
      return { ...ofQueries, products: [depth], sums: [width] };
    case 'queries':
      return { ...ofQueries, products: [depth, width], sums: [depth] };
    case 'keys':
      return { ...matrices, own: keys, partners: queries, products: [depth, width], sums: [width, depth] };
  }
}

const inQuads = ({ depth, width }: AttentionSizes): boolean =>
  [depth, width].every((size) => size % 4 === 0 && size <= MOST_WIDTH);

const rowsOf = ({ inputs }: Request, { queries, keys, depth, width }: AttentionSizes) => ({
  q: { name: 'q', operand: inputs[0]!, rows: queries, width: depth },
  k: { name: 'k', operand: inputs[1]!, rows: keys, width: depth },
  v: { name: 'v', operand: inputs[2]!, rows: keys, width },
});

function forwardStages(form: PassForm, request: Request): Stage[] {
  const sizes = attentionSizes(request.inputs, request.attributes.heads);
  const shape = shapeOf('forward', sizes);
  const tile = form.tile(request.profile, shape, true)!;
  const split = splitOf(request.profile, shape, tile);
  const [o, logSum] = request.outputs;
  const { q, k, v } = rowsOf(request, sizes);
  const rows = shape.matrices * shape.own;
  const { target, parts } = targetOf(request, o!, rows * sizes.width, split);
  const halves =
    parts === undefined
      ? undefined
      : { tops: request.scratch(split.parts * rows), totals: request.scratch(split.parts * rows) };
  const finish: RowEnd = halves
    ? {
        normalize: false,
        stores: 2,
        store: (at, top, total) =>
          `${halves.tops}[part * ${rows}u + ${at}] = ${top}; ${halves.totals}[part * ${rows}u + ${at}] = ${total};`,
      }
    : {
        normalize: true,
        stores: Number(logSum!.wanted),
        store: (at, top, total) => (logSum!.wanted ? logSum!.store(at, `${top} + log(${total})`) : ''),
      };
  const pass: Pass = {
    ...shape,
    name: 'fused',
    scale: scaleOf(sizes),
    split,
    operands: { products: [{ own: q, partner: k }], sums: [{ coefficient: 'weight', partner: v, target }] },
    finish,
  };
  const merge = halves ? [mergeOfParts(sizes, request.outputs, { sums: parts!, ...halves }, split.parts)] : [];
  return [form.stage(pass, tile), ...merge];
}

function backwardStages(form: PassForm, request: Request): Stage[] {
  const sizes = attentionSizes(request.inputs, request.attributes.heads);
  const { q, k, v } = rowsOf(request, sizes);
  const [, , , o, logSum, dO] = request.inputs;
  const [dq, dk, dv] = request.outputs;
  const up: HeadRows = { name: 'do', operand: dO!, rows: sizes.queries, width: sizes.width };
  const along = request.scratch(sizes.batch * sizes.heads * sizes.queries);
  const saved = { logSum: logSum!, along: { load: (at: string) => `${along}[${at}]`, loads: 1 } };
  const stages = [alongStage(sizes, o!, dO!, along)];
  const toQueries: Product = { own: up, partner: v };
  const toKeys: Product = { own: v, partner: up };
  stages.push(
    ...backwardPass('queries', 'own', { own: q, partner: k }, toQueries, [
      { coefficient: 'slope', partner: k, result: dq! },
    ]),
    ...backwardPass('keys', 'partner', { own: k, partner: q }, toKeys, [
      { coefficient: 'weight', partner: up, result: dv! },
      { coefficient: 'slope', partner: q, result: dk! },
    ]),
  );
  return stages;

  /** The wanted sums, and those products that they take. */
  function backwardPass(
    name: PassName,
    of: Saved['of'],
    logits: Product,
    arriving: Product,
    sums: readonly (Omit<Sum, 'target'> & { readonly result: Result })[],
  ): Stage[] {
    const wanted = sums.filter(({ result }) => result.wanted);
    if (wanted.length === 0) return [];
    const products = wanted.some(({ coefficient }) => coefficient === 'slope') ? [logits, arriving] : [logits];
    const shape: PassShape = {
      ...shapeOf(name, sizes),
      products: products.map(({ own }) => own.width),
      sums: wanted.map(({ partner }) => partner.width),
    };
    const tile = form.tile(request.profile, shape, false)!;
    const split = splitOf(request.profile, shape, tile);
    const made = wanted.map(({ result, coefficient, partner }) => {
      const size = shape.matrices * shape.own * partner.width;
      const { target, parts } = targetOf(request, result, size, split);
      const combine = parts === undefined ? [] : [sumOfParts(name, result, size, parts, split.parts)];
      return { sum: { coefficient, partner, target }, combine };
    });
    const operands = { products, sums: made.map(({ sum }) => sum) };
    const pass: Pass = { ...shape, name, scale: scaleOf(sizes), split, operands, saved: { of, ...saved } };
    return [form.stage(pass, tile), ...made.flatMap(({ combine }) => combine)];
  }
}

const isLarge = ({ batch, heads, queries, keys }: AttentionSizes): boolean =>
  batch * heads * queries * keys > LARGE_MATRIX;

/** A GPU has the fused form first, a software adapter the expansion. */
const candidatesOf = (
  passes: readonly PassName[],
  stages: (form: PassForm, request: Request) => Stage[],
): NamedCandidate<AttentionAttributes>[] => {
  const kernel = (form: PassForm, suits: (profile: AdapterProfile) => boolean): KernelVariant<AttentionAttributes> => ({
    name: form.name,
    accumulates: form.accumulates,
    suits,
    supports({ profile, attributes, inputs }: Candidate) {
      const sizes = attentionSizes(inputs, attributes.heads);
      return (
        inQuads(sizes) && passes.every((p) => form.tile(profile, shapeOf(p, sizes), p === 'forward') !== undefined)
      );
    },
    stages: (request) => stages(form, request),
  });
  return [
    kernel(workgroupForm, ({ software }) => !software),
    { name: EXPANSION, suits: (_, { attributes, inputs }) => !isLarge(attentionSizes(inputs, attributes.heads)) },
    kernel(subgroupForm, ({ software }) => software),
  ];
};

export const attentionKernels = candidatesOf(['forward'], forwardStages);
export const attentionBackwardKernels = candidatesOf(['queries', 'keys'], backwardStages);
