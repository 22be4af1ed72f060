// Reference: what ARCHITECTURE.md says of libraries: they run in Node and in browsers, so but for the files made for Node
// they get by without its names. `npm run check` compiles them so; here, that this would show a use of them.
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { root, workspaceFolders } from '../setup/workspace.mjs';

const path = join(root, 'tsconfig.libraries.json');
const { fileNames, options } = ts.parseJsonConfigFileContent(
  ts.readConfigFile(path, ts.sys.readFile).config,
  ts.sys,
  root,
);
const planted = join(root, 'packages', 'schedules', 'src', 'planted.ts');

/** What the compiler says of a library's file that holds `text`. */
function diagnosticsOf(text: string): string[] {
  const host = ts.createCompilerHost(options);
  const { getSourceFile } = host;
  host.fileExists = (file) => file === planted || ts.sys.fileExists(file);
  host.getSourceFile = (file, ...rest) =>
    file === planted ? ts.createSourceFile(file, text, ts.ScriptTarget.ESNext) : getSourceFile(file, ...rest);
  const program = ts.createProgram([planted], options, host);
  const found = program.getSemanticDiagnostics(program.getSourceFile(planted));
  return found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n').split('\n')[0]!);
}

describe('libraries without the types of Node', () => {
  it.each([
    ["export const bytes = Buffer.from('a');", "Cannot find name 'Buffer'"],
    ['export const home = process.env.HOME;', "Cannot find name 'process'"],
    ["import { join } from 'node:path';\nexport const path = join('a');", "Cannot find module 'node:path'"],
    ['export const never = setImmediate(() => undefined);', "Cannot find name 'setImmediate'"],
  ])('%s does not compile', (text, message) => {
    expect(diagnosticsOf(text)[0]).toContain(message);
  });

  it('have what browsers and Node both have', () => {
    expect(diagnosticsOf('export const gpu = navigator.gpu;\nexport const url = new URL("https://a.b");')).toEqual([]);
  });

  it('are every package, but for tests and the files made for Node', () => {
    const all = workspaceFolders()
      .filter((folder) => folder.startsWith('packages/'))
      .flatMap((folder) => ts.sys.readDirectory(join(root, folder, 'src'), ['.ts']));
    const compiled = new Set(fileNames);
    const left = all.filter((file) => !compiled.has(file) && !/\.test\.ts$|\/testing\//.test(file));
    const forNode = /-node\.ts$|\/src\/node\.ts$|\/formats\/src\/files\/|\/tune\/write-defaults\.ts$/;
    expect(left.filter((file) => !forNode.test(file))).toEqual([]);
    expect(compiled.size).toBeGreaterThan(200);
  });
});
