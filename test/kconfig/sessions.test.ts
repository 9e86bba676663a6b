import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {ask, dialects, loadConfig, parseKconfig, printed, writeConfig} from '../../src/kconfig/index.ts';
import {sourcesOf} from './tree.ts';

/** Sessions with piped answers, as the C tools held them: prove/conf-goldens.ts. */
const folder = join(process.cwd(), 'fixtures', 'sessions');

type Session = {
  readonly mode: string;
  readonly kconfig?: string;
  readonly config?: string;
  readonly input: string;
};
type Held = {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly config: string;
};
type Golden = {readonly oracle: string; readonly held: Readonly<Record<string, Held>>};

const read = (file: string): unknown => JSON.parse(readFileSync(join(folder, file), 'utf8'));
const {kconfig, sessions} = read('cases.json') as {
  kconfig: string;
  sessions: Readonly<Record<string, Session>>;
};

for (const name of readdirSync(folder).filter((file) => file !== 'cases.json' && file.endsWith('.json'))) {
  const dialect = dialects.find((one) => `${one.name}.json` === name)!;
  const {oracle, held} = read(name) as Golden;
  const modules = dialect.modulesKeyword ? 'modules' : 'option modules';
  const modelOf = (text: string) =>
    parseKconfig('Kconfig', sourcesOf(text.replace('MODULESOPTION', modules)), dialect);
  const model = modelOf(kconfig);
  for (const [title, expected] of Object.entries(held)) {
    test(`${dialect.name}: a session in which ${title} goes as with ${oracle}.`, (t) => {
      const {mode, kconfig: own, config, input} = sessions[title]!;
      const evaluation = loadConfig(own === undefined ? model : modelOf(own), config);
      const lines = input.match(/[^\n]*\n|[^\n]+$/g) ?? [];
      const conversation = ask(evaluation, {all: mode === 'oldaskconfig', echo: true});
      let said = '';
      let ends = 0;
      let step = conversation.next();
      while (!step.done) {
        said += step.value;
        const line = lines.shift();
        if (line === undefined) ends++;
        step = conversation.next(line);
      }
      said += step.value;
      const text = writeConfig(evaluation);
      const message = text === config ? 'No change to .config' : 'configuration written to .config';
      t.is(`${said}#\n# ${message}\n#\n`, expected.stdout);
      t.is(text, expected.config);
      const warnings = evaluation.warnings.map((warning) => printed(warning, dialect).text).join('');
      t.is(warnings + '\nError in reading or end of file.\n'.repeat(ends), expected.stderr);
    });
  }
}
