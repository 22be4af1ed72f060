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
 * first one of its section names a command of the repository or a date.
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
      const isSaid =
        /\b20\d\d-\d\d-\d\d\b/.test(said) || namedCommands({ ...document, prose: said.split('\n') }).length > 0;
      return isSaid ? [] : [block.trimStart().split('\n')[0]!];
    });
  });
}
