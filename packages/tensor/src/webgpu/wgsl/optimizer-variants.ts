import type { Work } from '../../lower/work';
import type { LambAttributes, OptimizerSegment } from '../../ops/optimizer';
import { perElement, workgroupsFor } from './assemble';
import { entryParameters, workgroupId } from './kernels/kernel';
import { floatLiteral } from './literal';
import { flatLambWork } from './optimizer-work';
import type { KernelRequest, KernelVariant, Stage } from './variant';
import { foldDeclarations, foldLoops, foldTeam, Lines, sumAccumulator } from './workgroup-fold';

const LANES = 64;
/** Elements that one invocation takes care of. */
const PER_LANE = 16;
const BLOCK = LANES * PER_LANE;

/**
 * Blocks of one segment each: first element, end, segment, 1 where weight decay applies. The gap behind a segment, where
 * everything is zero, goes with it, so that zeros are written there too.
 */
function blockTable(
  segments: readonly OptimizerSegment[],
  total: number,
): { blocks: Uint32Array; firstBlock: number[] } {
  const rows: number[] = [];
  const firstBlock: number[] = [];
  segments.forEach(({ offset, decay }, s) => {
    firstBlock.push(rows.length / 4);
    const end = segments[s + 1]?.offset ?? total;
    for (let at = offset; at < end; at += BLOCK) rows.push(at, Math.min(at + BLOCK, end), s, decay ? 1 : 0);
  });
  firstBlock.push(rows.length / 4);
  return { blocks: Uint32Array.from(rows), firstBlock };
}

/** One workgroup per block; lane l takes quads l, l + 64, … so that neighbours read neighbours. */
const perBlock = (
  table: string,
  blocks: number,
  before: string,
  element: string,
  after: string,
  declarations = '',
): string => `${declarations}
@compute @workgroup_size(${LANES})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let block = group.x + groups.x * (group.y + groups.y * group.z);
  if (block >= ${blocks}u) { return; }
  let first = ${table}[block * 4u];
  let last = ${table}[block * 4u + 1u];
${before}
  for (var i = first + lane * 4u; i < last; i += ${4 * LANES}u) {
${element}
  }
${after}
}`;

/** Moments and norms, ratios, update: three passes over flat vectors, whatever the number of tensors. */
const flatLamb: KernelVariant<LambAttributes> = {
  name: 'flat',
  // Blocks reach from one segment to the next, so segments have to lie in order, from the start; quads never cross them.
  supports: ({ attributes: { segments }, inputs }) =>
    segments[0]?.offset === 0 &&
    inputs[0]!.shape[0]! % 4 === 0 &&
    segments.every(({ offset }) => offset % 4 === 0) &&
    segments.every(({ offset, size }, s) => offset + size <= (segments[s + 1]?.offset ?? Number.POSITIVE_INFINITY)),
  aliases: { 0: 0, 1: 2, 2: 3, 3: 4 },
  stages(request) {
    const { segments, beta1, beta2, epsilon, weightDecay } = request.attributes;
    const [w, g, m, v, average, lr, correction1, correction2, emaDecay] = request.inputs;
    const [w1, m1, v1, average1] = request.outputs;
    const { blocks, firstBlock } = blockTable(segments, w!.shape[0]!);
    const count = blocks.length / 4;
    const table = request.table(blocks);
    const adaptive = segments.some((s) => s.adapt);
    // On a GPU a workgroup adds up what its invocations have.
    const shared = !request.profile.software;
    const perBlockParts = shared ? 1 : LANES;
    const partsOf = segments.map((_, s) => (firstBlock[s + 1]! - firstBlock[s]!) * perBlockParts);
    const parts = count * perBlockParts;
    const done = flatLambWork(request, { blocks: count, lanes: LANES, parts, partsOf, readers: shared ? LANES : 1 });
    const elements = w!.shape[0]!;
    const update = `    var u = m1 * ${correction1!.load('0u')} / (sqrt(v1 * ${correction2!.load('0u')}) + ${floatLiteral(epsilon)});
    if (${table}[block * 4u + 3u] != 0u) { u += ${floatLiteral(weightDecay)} * w; }`;
    const weightParts = adaptive ? request.scratch(parts) : '';
    const updateParts = adaptive ? request.scratch(parts) : '';
    const moments = `    let w = ${w!.quad('i')};
    let g = ${g!.quad('i')};
    let m1 = ${floatLiteral(beta1)} * ${m!.quad('i')} + ${floatLiteral(1 - beta1)} * g;
    let v1 = ${floatLiteral(beta2)} * ${v!.quad('i')} + ${floatLiteral(1 - beta2)} * g * g;
    ${m1!.storeQuad('i', 'm1')}
    ${v1!.storeQuad('i', 'v1')}
${adaptive ? `${update}\n    ww += dot(w, w);\n    uu += dot(u, u);` : ''}`;
    const first: Stage = {
      name: `moments ${elements}`,
      body: perBlock(
        table,
        count,
        '  var ww = 0.0;\n  var uu = 0.0;',
        moments,
        adaptive ? keptNorms(weightParts, updateParts, shared) : '',
        adaptive && shared ? foldDeclarations(norms, LANES) : '',
      ),
      workgroups: count,
      work: done.moments,
    };
    const ratios = adaptive
      ? ratioStage(request, { perBlockParts, firstBlock, weightParts, updateParts, work: done.ratios })
      : undefined;
    const apply = `    let w = ${w!.quad('i')};
    let m1 = ${m1!.quad('i')};
    let v1 = ${v1!.quad('i')};
${update}
    let next = w - ${lr!.load('0u')} * ${ratios ? `${ratios.variable}[${table}[block * 4u + 2u]] * ` : ''}u;
    ${w1!.storeQuad('i', 'next')}
${average1!.wanted ? `    let decay = ${emaDecay!.load('0u')};\n    ${average1!.storeQuad('i', `decay * ${average!.quad('i')} + (1.0 - decay) * next`)}` : ''}`;
    const last: Stage = {
      name: `update ${elements}`,
      body: perBlock(table, count, '', apply, ''),
      workgroups: count,
      work: done.update,
    };
    return ratios ? [first, ratios.stage, last] : [first, last];
  },
};

const norms = [sumAccumulator('ww', 'f32'), sumAccumulator('uu', 'f32')];

/** Statements that keep the norms of a block: of all its invocations together where they share memory, else of each. */
function keptNorms(weightParts: string, updateParts: string, shared: boolean): string {
  if (!shared)
    return `  ${weightParts}[block * ${LANES}u + lane] = ww;\n  ${updateParts}[block * ${LANES}u + lane] = uu;`;
  const w = new Lines();
  foldTeam(w, { accumulators: norms, wide: 1, tall: LANES, slot: 'lane' }, () => {
    w.statement(`${weightParts}[block] = ww;`);
    w.statement(`${updateParts}[block] = uu;`);
  });
  return w.text;
}

interface Norms {
  readonly firstBlock: readonly number[];
  /** Partial norms of a block. */
  readonly perBlockParts: number;
  readonly weightParts: string;
  readonly updateParts: string;
  readonly work: Work;
}

/** Adds up the partial norms of each segment, in order: in one invocation, or on a GPU in a workgroup. */
function ratioStage(
  request: KernelRequest<LambAttributes>,
  { firstBlock, perBlockParts, weightParts, updateParts, work }: Norms,
): { stage: Stage; variable: string } {
  const { segments } = request.attributes;
  const bounds = firstBlock.map((block) => block * perBlockParts);
  const rows = segments.flatMap(({ adapt }, s) => [bounds[s]!, bounds[s + 1]!, adapt ? 1 : 0]);
  const table = request.table(Uint32Array.from(rows));
  const variable = request.scratch(segments.length);
  const count = segments.length;
  const name = `ratios ${count}`;
  const ratio = 'if (ww > 0.0 && uu > 0.0) { ratio = sqrt(ww) / sqrt(uu); }';
  if (!request.profile.software) {
    const w = new Lines();
    w.statement('var ww = 0.0;');
    w.statement('var uu = 0.0;');
    w.block(`if (${table}[i * 3u + 2u] != 0u)`, 1, () => {
      w.statement(`var r = ${table}[i * 3u] + lane;`);
      w.statement(`let end = ${table}[i * 3u + 1u];`);
      foldLoops(w, { step: LANES, end: 'end', turns: { many: 1, one: 1 } }, (parts) => {
        parts.forEach((at, j) => {
          w.statement(`let ww_${j} = ${weightParts}[${at}];`);
          w.statement(`let uu_${j} = ${updateParts}[${at}];`);
        });
        parts.forEach((_, j) => {
          w.statement(`ww += ww_${j}; uu += uu_${j};`);
        });
      });
    });
    foldTeam(w, { accumulators: norms, wide: 1, tall: LANES, slot: 'lane' }, () => {
      w.statement('var ratio = 1.0;');
      w.statement(ratio);
      w.statement(`${variable}[i] = ratio;`);
    });
    const body = `${foldDeclarations(norms, LANES)}
@compute @workgroup_size(${LANES})
fn main(${entryParameters}) {
  let i = ${workgroupId};
  if (i >= ${count}u) { return; }
${w.text}
}`;
    return { stage: { name, body, workgroups: count, work }, variable };
  }
  const body = `  var ww = 0.0;
  var uu = 0.0;
  var ratio = 1.0;
  if (${table}[i * 3u + 2u] != 0u) {
    let last = ${table}[i * 3u + 1u];
    for (var p = ${table}[i * 3u]; p < last; p++) {
      ww += ${weightParts}[p];
      uu += ${updateParts}[p];
    }
    ${ratio}
  }
  ${variable}[i] = ratio;`;
  return { stage: { name, body: perElement(count, body), workgroups: workgroupsFor(count), work }, variable };
}

export const lambKernels = [flatLamb];
