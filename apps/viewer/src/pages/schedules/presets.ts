import { table1, table3, table4 } from '@noisesmith/schedules';

/** A curve of a paper. */
export interface Preset {
  readonly label: string;
  readonly spec: string;
  readonly group: string;
}

const scaled = (schedule: string, b: number): string => (b === 1 ? schedule : `${schedule}~${b}`);

const preset =
  (group: string) =>
  (label: string, spec: string): Preset => ({ group, label, spec });
const sizes = preset('The paper, by size (Table 1)');
const results = preset('The paper, its best results (Table 5)');
const functions = preset('The paper, functions tried (Table 3)');
const scales = preset('The paper, input scales tried (Table 4)');
const others = preset('Other papers');

/** Table 5 has Table 1's settings, but at 256, where its result belongs to b = 0.4. */
const table5Scale = (imageSize: number, b: number): number => (imageSize === 256 ? 0.4 : b);

/** The paper's settings, and those of other papers in this package's terms. */
export const presets: readonly Preset[] = [
  ...table1.map(({ imageSize, schedule, inputScale }) =>
    sizes(`Table 1, ${imageSize} px`, scaled(schedule, inputScale)),
  ),
  ...table1.map(({ imageSize, schedule, inputScale }) =>
    results(`Table 5, ${imageSize} px`, scaled(schedule, table5Scale(imageSize, inputScale))),
  ),
  ...table3.map(({ schedule }) => functions(`Table 3, ${schedule}`, schedule)),
  ...table4.flatMap(({ inputScale, fid }) =>
    Object.keys(fid).map((schedule) => scales(`Table 4, ${schedule}, b = ${inputScale}`, scaled(schedule, inputScale))),
  ),
  others('Sampling, as in the paper (cosine with offsets)', 'cosine'),
  others('DDPM, linear betas', 'linear_beta@0.1,20'),
  others('Improved DDPM, cosine', `cosine@${0.008 / 1.008},1,1`),
  others('simple diffusion, 128 px', 'shifted_cosine@64,128'),
  others('simple diffusion, 256 px', 'shifted_cosine@64,256'),
  others('simple diffusion, 512 px, interpolated', 'interpolated_cosine@32,256,512'),
  others('EDM', 'normal@2.4,2.4'),
  others('Flow matching, even times', 'rectified_flow'),
  others('Stable Diffusion 3', 'normal@0,2'),
  others('Stable Diffusion 3, shift 3 for 1024 px', 'normal@0,2~shift@3'),
  others('Laplace', 'laplace@0,0.5'),
];

/** Several curves to look at together. */
export interface View {
  readonly label: string;
  readonly specs: readonly string[];
}

export const views: readonly View[] = [
  {
    label: 'Functions (Figure 3)',
    specs: [
      'simple_linear',
      'cosine@0.2,1,1',
      'cosine@0.2,1,2',
      'cosine@0.2,1,3',
      'sigmoid@-3,3,0.9',
      'sigmoid@0,3,0.3',
      'sigmoid@0,3,0.7',
    ],
  },
  {
    label: 'Input scaling (Figure 5)',
    specs: ['simple_linear', 'simple_linear~0.5', 'simple_linear~0.1', 'cosine@0.2,1,3', 'sigmoid@0,3,0.3'],
  },
  {
    label: 'Sizes 64 to 1024 (Table 1)',
    specs: [...new Set(table1.map(({ schedule, inputScale }) => scaled(schedule, inputScale)))],
  },
  {
    label: 'Other papers',
    specs: [
      'linear_beta@0.1,20',
      'cosine@0,1,1',
      'shifted_cosine@64,256',
      'normal@2.4,2.4',
      'normal@0,2',
      'laplace@0,0.5',
      'rectified_flow',
    ],
  },
];
