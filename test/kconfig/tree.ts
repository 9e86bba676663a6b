/** Kconfig texts for tests, from memory or from a folder. */

import {spawnSync} from 'node:child_process';
import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import type {Diagnostic} from '../../src/base/diagnostic.ts';
import {KbuildError, lineAndColumn} from '../../src/base/diagnostic.ts';
import {type Dialect, type KconfigModel, type KconfigSources, parseKconfig} from '../../src/kconfig/index.ts';

/** Sources of texts by path; `$(shell)` answers with the command itself. */
export function sourcesOf(files: string | Readonly<Record<string, string>>): KconfigSources {
  const texts = typeof files === 'string' ? {Kconfig: files} : files;
  return {
    readFile: (path) => (Object.hasOwn(texts, path) ? texts[path] : undefined),
    environment: new Map([['NAME', 'value']]),
    shell: (command) => command,
  };
}

export function parse(files: string | Readonly<Record<string, string>>, dialect?: Dialect): KconfigModel {
  return parseKconfig('Kconfig', sourcesOf(files), dialect);
}

/** The `file:line: code: message` of each error the text is refused for. */
export function errorsOf(files: string | Readonly<Record<string, string>>, dialect?: Dialect): string[] {
  try {
    parse(files, dialect);
  } catch (error) {
    if (error instanceof KbuildError && error.exit === 2) return error.diagnostics.map(shown);
    throw error;
  }
  return [];
}

export function warningsOf(files: string | Readonly<Record<string, string>>, dialect?: Dialect): string[] {
  const warnings: string[] = [];
  parseKconfig(
    'Kconfig',
    {...sourcesOf(files), warn: (diagnostic) => warnings.push(shown(diagnostic))},
    dialect,
  );
  return warnings;
}

export function shown({place, code, message}: Diagnostic): string {
  return `${place ? `${place.file}:${lineAndColumn(place).line}: ` : ''}${code}: ${message}`;
}

/** The .config lines of symbols, without the heading, comments and blank lines. */
export function valueLines(config: string): string[] {
  return config.split('\n').filter((line) => /^(CONFIG_|# CONFIG_)/.test(line));
}

/** Sources of a folder, with a real shell that runs in `cwd`. */
export function folderSources(
  folder: string,
  environment: ReadonlyMap<string, string>,
  cwd = folder,
): KconfigSources {
  return {
    readFile: (path) => {
      const file = join(folder, path);
      return existsSync(file) ? readFileSync(file, 'latin1') : undefined;
    },
    environment,
    shell: (command) =>
      spawnSync('/bin/sh', ['-c', command], {cwd, env: Object.fromEntries(environment), encoding: 'latin1'})
        .stdout,
  };
}
