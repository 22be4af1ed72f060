// Reference: lines written by hand.
import { expect, it } from 'vitest';
import { measured, reportText } from './report-text';

it('is what computes, browser and a row for each number', () => {
  const words = 'WebGPU, swiftshader: as asked for';
  const about = [
    ['Vendor', 'google'],
    ['Kind', 'software, on the CPU'],
  ] as const;
  const all = [
    { name: 'Product', value: 12.34567, unit: 'GFLOP/s', how: 'once' },
    { name: 'A step', value: 1234.5678, unit: 'ms', how: 'twice' },
  ];
  expect(reportText({ words, about }, all, 'Browser/1')).toBe(
    [
      'WebGPU, swiftshader: as asked for',
      'vendor google; kind software, on the CPU',
      'Browser/1',
      'Product  12.35 GFLOP/s  once',
      'A step         1235 ms  twice',
      '',
    ].join('\n'),
  );
});

it('gives numbers with four digits', () => {
  expect(measured({ value: 0.00012345, unit: 'ms' })).toBe('0.0001234 ms');
});
