import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {type Diagnostic, KbuildError} from '../../src/base/diagnostic.ts';
import {alldefconfig, dialects, type KconfigSources, parseKconfig, printed} from '../../src/kconfig/index.ts';

/** Small trees with faults, and what the C tools said of them: prove/conf-goldens.ts. */
const folder = join(process.cwd(), 'fixtures', 'messages');

type Said = {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly config?: string;
};
type Golden = {readonly oracle: string; readonly said: Readonly<Record<string, Said>>};

const read = (file: string): unknown => JSON.parse(readFileSync(join(folder, file), 'utf8'));
const cases = read('cases.json') as Readonly<Record<string, Readonly<Record<string, string>>>>;

for (const name of readdirSync(folder).filter((file) => file !== 'cases.json' && file.endsWith('.json'))) {
  const dialect = dialects.find((one) => `${one.name}.json` === name)!;
  const {oracle, said} = read(name) as Golden;
  for (const [title, expected] of Object.entries(said)) {
    test(`${dialect.name}: of ${title} is said what ${oracle} says.`, (t) => {
      const words = {stdout: '', stderr: ''};
      const say = (diagnostic: Diagnostic) => {
        const {stream, text} = printed(diagnostic, dialect);
        words[stream] += text;
      };
      const files = cases[title]!;
      const sources: KconfigSources = {
        readFile: (path) => (Object.hasOwn(files, path) ? files[path] : undefined),
        environment: new Map(),
        shell: () => '',
        warn: say,
        error: say,
      };
      let config: string | undefined;
      try {
        const result = alldefconfig(parseKconfig('Kconfig', sources, dialect));
        for (const warning of result.warnings) say(warning);
        config = result.text;
      } catch (error) {
        if (!(error instanceof KbuildError)) throw error;
        t.true(error.diagnostics.length > 0);
      }
      t.is(words.stderr, expected.stderr);
      t.is(config, expected.config);
      t.is(
        words.stdout + (config === undefined ? '' : '#\n# configuration written to .config\n#\n'),
        expected.stdout,
      );
    });
  }
}
