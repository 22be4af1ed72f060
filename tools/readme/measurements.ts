import { namedCommands } from './command-line';
import type { Document } from './markdown';

const isTable = (block: string): boolean => block.trimStart().startsWith('|');

/** Whether most cells beside the first column are numbers. */
function isMeasured(table: string): boolean {
  const [, , ...rows] = table.split('\n');
  const cells = rows.flatMap((row) =>
    row
      .trim()
      .slice(1, -1)
      .split('|')
      .slice(1)
      .map((cell) => cell.trim()),
  );
  return cells.filter((cell) => /^[\d.,]+(?:\s|$)/.test(cell)).length > cells.length / 2;
}

/**
 * First lines of the tables of numbers that nothing says where they come from: neither a paragraph beside the table nor the
 * first one of its section names a command of the repository.
 */
export function unsourcedTables(document: Document): string[] {
  const sections = document.prose.join('\n').split(/^(?=#)/m);
  return sections.flatMap((section) => {
    const [, ...blocks] = section.split(/\n\s*\n/);
    return blocks.flatMap((block, i) => {
      if (!isTable(block) || !isMeasured(block)) return [];
      const beside = [
        blocks.slice(0, i).findLast((one) => !isTable(one)),
        blocks.slice(i).find((one) => !isTable(one)),
      ];
      const said = [blocks[0], ...beside].filter((one) => one !== undefined).join('\n');
      const isSaid = namedCommands({ ...document, prose: said.split('\n') }).length > 0;
      return isSaid ? [] : [block.trimStart().split('\n')[0]!];
    });
  });
}

/** A number with a unit of time, memory or speed, a share, or a factor. */
const figure =
  /(?<![\w@.-])\d[\d.,]*\s?(?:(?:[mµ]?s|min|minutes?|seconds?|hours?|[KMG]iB|[kMG]B|images\/s|[GT]FLOP\/s)\b|%|×(?!\s?\d)|times\b)|\bfactor of \d/;

/** A test, an example, or the page that says where figures come from. */
const gives = /\.test\.ts\b|\bexamples\/[\w-]+\.ts\b|\]\([^)]*\bperformance\.md\b/;

/** Words with figures that are nobody's measurement, and what they are. */
export const notMeasured: readonly (readonly [words: string, what: string])[] = [
  ['grows up to 4 GiB', 'what WebAssembly can address'],
  ['has 4 GiB at most', 'what WebAssembly can address'],
  ['4 GiB of addresses', 'what WebAssembly can address'],
  ['down to 256 MiB', 'a constant of packages/tensor/src/wasm/heap.ts'],
  ['bind 128 MiB at a time', 'a default limit of WebGPU'],
  ['pieces of 16 MiB', 'a constant of packages/training/src'],
  ['more than 1 % of them', 'a constant of packages/data/src/broken-images.ts'],
  ['still holds 95 %', '0.9999 to the power of 500'],
  ['more than 1 % gets a warning', 'a constant of packages/training/src'],
];

/**
 * Beginnings of the paragraphs and list items with a figure that nothing says where it comes from: neither they nor the first
 * paragraph of their section name a command of the repository, a test, an example or the page of measurements.
 */
export function unsourcedFigures(document: Document): string[] {
  const isSaid = (block: string): boolean =>
    gives.test(block) || namedCommands({ ...document, prose: block.split('\n') }).length > 0;
  const sections = document.prose
    .join('\n')
    .replace(/!\[[^\]]*\]/g, '')
    .split(/^(?=#)/m);
  return sections.flatMap((section) => {
    const blocks = section.replace(/^#.*\n/, '').split(/\n\s*\n|\n(?=\s*- )/);
    const opening = blocks.find((block) => block.trim() !== '') ?? '';
    return blocks.flatMap((block) => {
      if (isTable(block)) return [];
      const words = block.trim().replace(/\s+/g, ' ');
      const measured = notMeasured.reduce((text, [constant]) => text.replaceAll(constant, ''), words);
      return figure.test(measured) && !isSaid(block) && !isSaid(opening) ? [words.slice(0, 80)] : [];
    });
  });
}
