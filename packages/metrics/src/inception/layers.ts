/** A convolution of Inception-v3, with its batch norm and ReLU behind it. */
export interface ConvLayer {
  /** As torchvision and pytorch-fid name it. */
  readonly name: string;
  /** Of the kernel, [height, width]. */
  readonly size: readonly [number, number];
  readonly inputs: number;
  readonly outputs: number;
  readonly stride: 1 | 2;
  readonly padding: 'same' | 'valid';
}

type Sizes = { readonly [branch: string]: readonly [outputs: number, height?: number, width?: number] };

/** Convolutions of stride 1 that keep the size of the map; `of` has the number of inputs of those that do not read the block's. */
function branches(block: string, inputs: number, of: Readonly<Record<string, string>>, sizes: Sizes): ConvLayer[] {
  return Object.entries(sizes).map(([branch, [outputs, height = 1, width = 1]]) => {
    const from = of[branch];
    return {
      name: `${block}.${branch}`,
      size: [height, width],
      inputs: from === undefined ? inputs : sizes[from]![0],
      outputs,
      stride: 1,
      padding: 'same',
    };
  });
}

const halving = (layer: ConvLayer): ConvLayer => ({ ...layer, stride: 2, padding: 'valid' });

const blockA = (name: string, inputs: number, pool: number): ConvLayer[] =>
  branches(
    name,
    inputs,
    { branch5x5_2: 'branch5x5_1', branch3x3dbl_2: 'branch3x3dbl_1', branch3x3dbl_3: 'branch3x3dbl_2' },
    {
      branch1x1: [64],
      branch5x5_1: [48],
      branch5x5_2: [64, 5, 5],
      branch3x3dbl_1: [64],
      branch3x3dbl_2: [96, 3, 3],
      branch3x3dbl_3: [96, 3, 3],
      branch_pool: [pool],
    },
  );

const blockC = (name: string, inner: number): ConvLayer[] =>
  branches(
    name,
    768,
    {
      branch7x7_2: 'branch7x7_1',
      branch7x7_3: 'branch7x7_2',
      branch7x7dbl_2: 'branch7x7dbl_1',
      branch7x7dbl_3: 'branch7x7dbl_2',
      branch7x7dbl_4: 'branch7x7dbl_3',
      branch7x7dbl_5: 'branch7x7dbl_4',
    },
    {
      branch1x1: [192],
      branch7x7_1: [inner],
      branch7x7_2: [inner, 1, 7],
      branch7x7_3: [192, 7, 1],
      branch7x7dbl_1: [inner],
      branch7x7dbl_2: [inner, 7, 1],
      branch7x7dbl_3: [inner, 1, 7],
      branch7x7dbl_4: [inner, 7, 1],
      branch7x7dbl_5: [192, 1, 7],
      branch_pool: [192],
    },
  );

const blockE = (name: string, inputs: number): ConvLayer[] =>
  branches(
    name,
    inputs,
    {
      branch3x3_2a: 'branch3x3_1',
      branch3x3_2b: 'branch3x3_1',
      branch3x3dbl_2: 'branch3x3dbl_1',
      branch3x3dbl_3a: 'branch3x3dbl_2',
      branch3x3dbl_3b: 'branch3x3dbl_2',
    },
    {
      branch1x1: [320],
      branch3x3_1: [384],
      branch3x3_2a: [384, 1, 3],
      branch3x3_2b: [384, 3, 1],
      branch3x3dbl_1: [448],
      branch3x3dbl_2: [384, 3, 3],
      branch3x3dbl_3a: [384, 1, 3],
      branch3x3dbl_3b: [384, 3, 1],
      branch_pool: [192],
    },
  );

const stem: readonly ConvLayer[] = [
  { name: 'Conv2d_1a_3x3', size: [3, 3], inputs: 3, outputs: 32, stride: 2, padding: 'valid' },
  { name: 'Conv2d_2a_3x3', size: [3, 3], inputs: 32, outputs: 32, stride: 1, padding: 'valid' },
  { name: 'Conv2d_2b_3x3', size: [3, 3], inputs: 32, outputs: 64, stride: 1, padding: 'same' },
  { name: 'Conv2d_3b_1x1', size: [1, 1], inputs: 64, outputs: 80, stride: 1, padding: 'valid' },
  { name: 'Conv2d_4a_3x3', size: [3, 3], inputs: 80, outputs: 192, stride: 1, padding: 'valid' },
];

/** The block in which maps go from 35×35 to 17×17. */
function blockB(): ConvLayer[] {
  const [branch, first, second, third] = branches(
    'Mixed_6a',
    288,
    { branch3x3dbl_2: 'branch3x3dbl_1', branch3x3dbl_3: 'branch3x3dbl_2' },
    { branch3x3: [384, 3, 3], branch3x3dbl_1: [64], branch3x3dbl_2: [96, 3, 3], branch3x3dbl_3: [96, 3, 3] },
  ) as [ConvLayer, ConvLayer, ConvLayer, ConvLayer];
  return [halving(branch), first, second, halving(third)];
}

/** The block in which maps go from 17×17 to 8×8. */
function blockD(): ConvLayer[] {
  const layers = branches(
    'Mixed_7a',
    768,
    {
      branch3x3_2: 'branch3x3_1',
      branch7x7x3_2: 'branch7x7x3_1',
      branch7x7x3_3: 'branch7x7x3_2',
      branch7x7x3_4: 'branch7x7x3_3',
    },
    {
      branch3x3_1: [192],
      branch3x3_2: [320, 3, 3],
      branch7x7x3_1: [192],
      branch7x7x3_2: [192, 1, 7],
      branch7x7x3_3: [192, 7, 1],
      branch7x7x3_4: [192, 3, 3],
    },
  );
  return layers.map((layer) => (layer.size[0] === 3 && layer.size[1] === 3 ? halving(layer) : layer));
}

/**
 * The 94 convolutions, in the order in which Keras numbers them. Szegedy et al. 2016 (arXiv:1512.00567), §6, as in
 * Google's graph of 2015-12-05, torchvision and Keras, which agree in these.
 */
export const convLayers: readonly ConvLayer[] = [
  ...stem,
  ...blockA('Mixed_5b', 192, 32),
  ...blockA('Mixed_5c', 256, 64),
  ...blockA('Mixed_5d', 288, 64),
  ...blockB(),
  ...blockC('Mixed_6b', 128),
  ...blockC('Mixed_6c', 160),
  ...blockC('Mixed_6d', 160),
  ...blockC('Mixed_6e', 192),
  ...blockD(),
  ...blockE('Mixed_7b', 1280),
  ...blockE('Mixed_7c', 2048),
];

/** Side of the images that the network was made for. */
export const inputSize = 299;

/** Channels of the last map, whose mean over the places is the feature vector (`pool_3`). */
export const featureSize = 2048;

/** The map of which sFID takes a part: the first branch of Mixed_6d, `mixed_6/conv` in Google's graph. */
export const spatialLayer = 'Mixed_6d.branch1x1';

/** Its first channels, which are taken, and places at a side: 7 · 17 · 17 = 2023 numbers (Nash et al. 2021). */
export const spatialChannels = 7;
export const spatialSide = 17;
