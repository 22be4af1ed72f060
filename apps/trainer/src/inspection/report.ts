import { printable } from '@noisesmith/formats';
import type { FileContents, InspectedTensor } from '@noisesmith/runs';
import { groupedNumber, table } from '../output';
import type { DataContents } from './data-contents';

const METADATA_WIDTH = 100;
const cut = (text: string): string => (text.length > METADATA_WIDTH ? `${text.slice(0, METADATA_WIDTH)}...` : text);

/** Rows of names: what stands in a file may not move the cursor. */
const shown = (rows: readonly (readonly string[])[], numeric?: readonly boolean[]): string =>
  table(
    rows.map((row) => row.map((cell, i) => (i === 0 ? `  ${printable(cell)}` : printable(cell)))),
    numeric,
  );

const section = (title: string, rows: readonly (readonly string[])[], numeric?: readonly boolean[]): string =>
  rows.length === 0 ? '' : `${title}\n${shown(rows, numeric)}`;

const number = (value: number | null): string => (value === null ? '-' : String(Number(value.toPrecision(4))));

function valueCells({ values }: InspectedTensor): string[] {
  if (values === undefined) return [];
  return [`min ${number(values.min)}`, `mean ${number(values.mean)}`, `max ${number(values.max)}`];
}

export function fileReport({ classes, file, kind, metadata, parameters, problems, tensors }: FileContents): string {
  const what = kind === 'checkpoint' ? 'parameters' : 'elements';
  const count = parameters === null ? 'an unknown number of' : groupedNumber(parameters);
  return [
    `${printable(file)}: ${kind}, ${tensors.length} tensors, ${count} ${what}\n`,
    section(
      'metadata',
      Object.entries(metadata).map(([key, value]) => [key, cut(value)]),
    ),
    section(
      'classes',
      classes.map((name, label) => [String(label), name]),
    ),
    section(
      'tensors',
      tensors.map((tensor) => [tensor.name, tensor.dtype, `[${tensor.shape.join(', ')}]`, ...valueCells(tensor)]),
    ),
    section(
      'wrong',
      problems.map((problem) => [problem]),
    ),
  ].join('');
}

const range = ([least, most]: readonly [number, number]): string =>
  least === most ? `${least}` : `${least} to ${most}`;

export function dataReport(contents: DataContents): string {
  const { broken, classes, data, fingerprint, images, looked, sizes, skipped, warnings } = contents;
  const kinds = classes.length === 0 ? 'without labels' : `in ${groupedNumber(classes.length)} classes`;
  const facts = [
    ...(sizes
      ? [
          ['width', range(sizes.widths)],
          ['height', range(sizes.heights)],
        ]
      : []),
    ...(looked > 0
      ? [['decoded', looked === images ? 'all' : `${groupedNumber(looked)} of ${groupedNumber(images)}`]]
      : []),
    ['fingerprint', fingerprint],
  ];
  return [
    `${printable(data)}: ${groupedNumber(images)} images ${kinds}\n`,
    shown(facts),
    section(
      'classes: label, name, images',
      classes.map(({ images: count, name }, label) => [String(label), name, groupedNumber(count)]),
      [false, false, true],
    ),
    section(
      'left out',
      skipped.map(({ count, example, reason }) => [reason, groupedNumber(count), `e.g. ${example}`]),
      [false, true],
    ),
    section(
      'worth knowing',
      warnings.map((warning) => [warning]),
    ),
    section(
      'do not decode',
      broken.map(({ name, reason }) => [`${name}: ${reason}`]),
    ),
  ].join('');
}
