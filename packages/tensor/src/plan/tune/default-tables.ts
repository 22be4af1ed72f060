import type { DefaultTable } from './defaults';

/** Written by write-defaults.ts on a machine that does nothing else. */
export const defaultTables: readonly DefaultTable[] = [
  {
    description: 'llvmpipe',
    subgroupSize: 8,
    choices: {
      'attention 32x16x64,32x49x64,32x49x64 heads=4': 'subgroup-tiles',
      'attention 32x16x128,32x16x128,32x16x128 heads=4': 'subgroup-tiles',
      'attentionBackward 32x49x64,32x16x64,32x16x64,32x49x64,32x4x49,32x49x64 heads=4': 'subgroup-tiles',
      'attentionBackward 32x16x64,32x49x64,32x49x64,32x16x64,32x4x16,32x16x64 heads=4': 'subgroup-tiles',
      'contract 1x128x64x512 km,kn->mn quads m,n,n': 'quads 16x32',
      'contract 1x512x128x512 km,kn->mn quads m,n,n': 'quads 32x32 transposed',
      'contract 128x16x32x16 bmk,bkbn->bmbn quads k,n,n': 'quads 16x32',
      'attention 16x64x128,16x64x128,16x64x128 heads=8': 'subgroup-tiles',
      'attention 16x64x256,16x64x256,16x64x256 heads=8': 'subgroup-tiles',
      'contract 1x1024x128x128 mk,kn->mn quads k,n,n': 'quads 24x32',
      'contract 1x128x128x1024 km,kn->mn quads m,n,n': 'quads 32x32 transposed',
      'contract 128x64x64x16 bmbk,bnbk->bmn quads k,k,n': 'quads 32x32',
      'attention 8x16x64,8x49x64,8x49x64 heads=4': 'subgroup-tiles',
      'attention 8x16x64,8x16x64,8x16x64 heads=4': 'subgroup-tiles',
      'contract 1x64x128x392 km,kn->mn quads m,n,n': 'quads 8x32 transposed',
      'softmax 8x4x16x16': 'invocation-rows',
    },
  },
];
