import { existsSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';

/** Entries of libraries: what is for all, and what is for Node. */
const ENTRIES = ['index', 'node'];

/**
 * Compares what the built declarations of a library offer with its committed reports.
 * @param {string} base repository root
 * @param {string} room such as `packages/rin`
 * @param {boolean} write true: writes the reports anew instead
 * @returns {string[]} what is wrong, a line each
 */
export function surfaceProblems(base, room, write) {
  return ENTRIES.filter((entry) => existsSync(join(base, room, 'dist', `${entry}.d.ts`))).flatMap((entry) =>
    entryProblems(base, room, entry, write),
  );
}

/**
 * @param {string} base
 * @param {string} room
 * @param {string} entry
 * @param {boolean} write
 */
function entryProblems(base, room, entry, write) {
  const folder = join(base, room);
  const name = entry === 'index' ? basename(room) : `${basename(room)}.${entry}`;
  const report = `${name}.api.md`;
  const temporary = join(base, '.cache', 'api', room);
  mkdirSync(temporary, { recursive: true });
  /** @type {string[]} */
  const problems = [];
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: join(folder, 'dist', `${entry}.d.ts`),
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            module: 'esnext',
            moduleResolution: 'bundler',
            target: 'es2023',
            lib: ['es2023', 'dom', 'esnext.disposable'],
            types: [],
            skipLibCheck: true,
          },
          include: [join(folder, 'dist', '*.d.ts')],
        },
      },
      apiReport: {
        enabled: true,
        reportFileName: name,
        reportFolder: folder,
        reportTempFolder: temporary,
        includeForgottenExports: false,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
        extractorMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
      },
      newlineKind: 'lf',
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(folder, 'package.json'),
  });
  const before = existsSync(join(folder, report));
  const result = Extractor.invoke(config, {
    localBuild: write,
    showVerboseMessages: false,
    messageCallback(message) {
      message.handled = true;
      if (message.logLevel === ExtractorLogLevel.Error) problems.push(`${room}: ${message.text}`);
    },
  });
  if (!write && (!before || result.apiReportChanged)) {
    problems.push(
      `${room}/${report}: ${before ? 'not what the package offers' : 'not there'}, expected as in ` +
        `.cache/api/${room}/${report}; npm run check -- --write-api writes it`,
    );
  }
  return problems;
}
