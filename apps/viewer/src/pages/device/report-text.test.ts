// Reference: lines written by hand.
import { expect, it } from 'vitest';
import { adapterName, measured, reportText } from './report-text';

const device = {
  backend: 'webgpu',
  vendor: 'google',
  architecture: 'swiftshader',
  device: '',
  description: '',
  software: true,
  subgroupSize: 4,
  features: [],
  limits: [],
  computes: true,
  problem: null,
};

it('is adapter, browser and a row for each number', () => {
  const all = [
    { name: 'Product', value: 12.34567, unit: 'GFLOP/s', how: 'once' },
    { name: 'A step', value: 1234.5678, unit: 'ms', how: 'twice' },
  ];
  expect(reportText(device, all, 'Browser/1')).toBe(
    [
      'google swiftshader (vendor google, architecture swiftshader, software)',
      'Browser/1',
      'Product  12.35 GFLOP/s  once',
      'A step         1235 ms  twice',
      '',
    ].join('\n'),
  );
});

it('names an adapter by what it tells', () => {
  expect(adapterName({ ...device, description: 'Some GPU' })).toBe('Some GPU');
  expect(adapterName({ ...device, vendor: '', architecture: '' })).toBe('an adapter without a name');
  expect(measured({ value: 0.00012345, unit: 'ms' })).toBe('0.0001234 ms');
});
