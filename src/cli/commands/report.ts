/** `kbuild report NAME`: a configuration as one HTML page, with its goals, what was added, menus and differences. */

import {open, stat} from 'node:fs/promises';
import {basename, dirname, resolve} from 'node:path';
import type {Command} from 'commander';
import {architectures} from '../../base/architecture.ts';
import {badInput, KbuildError} from '../../base/diagnostic.ts';
import {replaceFile} from '../../base/replace-file.ts';
import type {Workshop} from '../../base/store.ts';
import {kernelLines} from '../../build/kernel-line.ts';
import {type Configuration, readConfiguration, type Start, withKconfig} from '../../job/configuration.ts';
import type {Kconfig} from '../../job/kconfig.ts';
import {baseConfig} from '../../recipe/base-config.ts';
import type {Patch} from '../../recipe/recipe.ts';
import {baseName, isReportPage, type Other, pageOf, type Report, reportOf} from '../../report/index.ts';
import {newCommand, respond, type Surroundings} from '../command.ts';
import {
  addKconfigOptions,
  type KconfigOptions,
  kconfigRequest,
  type NamedStart,
  requireOneArchitecture,
  startNamed,
} from '../configuration.ts';
import {withQuietWorkshop} from '../workshop.ts';

type Options = KconfigOptions & {readonly write?: string; readonly against?: string};

export function reportCommand(surroundings: Surroundings): Command {
  const {terminal, cwd} = surroundings;
  const command = newCommand(
    'report',
    'Write a page that shows a configuration: its goals, what was added for them, all symbols by menu with the reason of each value, and what differs from its base and from what Debian configures',
    [
      'kbuild report nfs-rdma-zfs',
      'kbuild report nfs-rdma-zfs --arch arm64 --kernel 6.12 --write report.html',
      'kbuild report ./mine.yaml --against nfs-rdma-zfs',
      'kbuild report .config --kernel ~/src/linux --against .config.old',
    ],
  )
    .argument('<name>', 'a recipe, a .config file, or the output directory of a run (out/NAME/ARCH)')
    .option('--write <file>', 'the page (default: NAME-ARCH.html); only another report is written over')
    .option('--against <other>', "compare with this in the place of Debian's configuration: what NAME can be")
    .addHelpText(
      'after',
      '\nThe page is one file that loads nothing: open it in a browser, publish it, send it. What is searched for is shown as one types.\n',
    );
  return addKconfigOptions(command).action(async (name: string, options: Options) => {
    const named = await startNamed(surroundings, name, options);
    const request = kconfigRequest(surroundings, options, named);
    const pageName = nameOf(named.start);
    const file = resolve(cwd, options.write ?? `${pageName}-${request.arch}.html`);
    await requireReportOrNothing(file);
    const other = options.against === undefined ? undefined : await otherStart(surroundings, options, named);
    const report = await withQuietWorkshop(surroundings, options, async (workshop) => {
      const kconfig = await surroundings.readKconfig(workshop, request);
      const readPatched = async (patches: readonly Patch[]) =>
        surroundings.readKconfig(workshop, {...request, patches});
      const settings = named.start.kind === 'recipe' ? [] : (options.set ?? []);
      const configuration = await readConfiguration(workshop, {kconfig, readPatched}, named.start, settings);
      const evaluationOf = evaluator(workshop, {kconfig: configuration.kconfig, readPatched});
      const base = await baseOf(configuration, evaluationOf);
      const others: Other[] = [base];
      const missing: string[] = [];
      if (other !== undefined) {
        const {against} = options;
        const evaluation = await evaluationOf(other.start);
        others.push({name: against!, short: nameOf(other.start), detail: '', evaluation});
      } else {
        const debian = await debianConfig(surroundings, workshop, configuration, options);
        if (typeof debian === 'string') missing.push(debian);
        else others.push({...debian, evaluation: await evaluationOf(debian.start)});
      }
      return reportOf(configuration, {name: pageName, others, missing});
    });
    const page = pageOf(report);
    await replaceFile(file, page);
    respond(terminal, 'report', options, {value: summaryOf(file, page, report), words: `${file}\n`});
  });
}

/** What the page is called. */
function nameOf(start: Start): string {
  if (start.kind === 'recipe') return start.recipe.name;
  if (start.kind === 'defaults') return 'defaults';
  const last = basename(resolve('/', start.name));
  // Of out/NAME/ARCH the name.
  const isArchitecture = architectures.some((one) => last.split('+').includes(one));
  const name = start.kind === 'run' && isArchitecture ? basename(dirname(start.name)) : last;
  return name.replace(/^\.+/, '') || 'config';
}

/**
 * A report may be replaced by another; all else is somebody's.
 * @throws KbuildError (2) for any other file, or a folder
 */
async function requireReportOrNothing(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) return;
  if (found.isFile()) {
    const handle = await open(file);
    const {buffer, bytesRead} = await handle.read({buffer: Buffer.alloc(1024)});
    await handle.close();
    if (isReportPage(buffer.toString('utf8', 0, bytesRead))) return;
  }
  throw badInput('file-exists', `${file} is there already and is no report; it is not written over`, {
    hint: 'name another file with --write',
  });
}

/** What is compared with, for the same processor; the goals of `--set` are not its. */
async function otherStart(
  surroundings: Surroundings,
  options: Options,
  named: NamedStart,
): Promise<NamedStart> {
  const {set: _, param: __, ...others} = options;
  const arch = options.arch ?? named.arch;
  const other = await startNamed(surroundings, options.against!, {...others, ...(arch && {arch})});
  requireOneArchitecture(named, other, options);
  return other;
}

type EvaluationOf = (start: Start) => Promise<Configuration['evaluation']>;

/** Evaluations of other configurations under the Kconfig of the one that is shown. */
function evaluator(
  workshop: Workshop,
  trees: {readonly kconfig: Kconfig; readonly readPatched: (patches: readonly Patch[]) => Promise<Kconfig>},
): EvaluationOf {
  return async (start) => {
    const read = await readConfiguration(workshop, trees, start);
    if (read.kconfig === trees.kconfig) return read.evaluation;
    return (await withKconfig(workshop, read, trees.kconfig)).evaluation;
  };
}

/** What the recipe starts from; of what is no recipe, what the defaults give. */
async function baseOf({recipe, kconfig}: Configuration, evaluationOf: EvaluationOf): Promise<Other> {
  if (recipe === undefined) {
    const detail = 'What the Kconfig gives where nobody sets anything.';
    return {
      name: 'the defaults',
      short: 'defaults',
      detail,
      evaluation: await evaluationOf({kind: 'defaults'}),
    };
  }
  const short = baseName(recipe.kernel.base);
  const name = `the base ${short}`;
  const text = baseConfig(recipe.kernel.base, kconfig.tree);
  const detail = 'What the recipe starts from, before its goals are met.';
  return {name, short, detail, evaluation: await evaluationOf({kind: 'file', name, text})};
}

/** Debian's own configuration of the kernel line, or why there is none. */
async function debianConfig(
  {readDebianConfig}: Surroundings,
  workshop: Workshop,
  {kconfig: {source, arch}}: Configuration,
  {engine, locked = false}: Options,
): Promise<(Omit<Other, 'evaluation'> & {readonly start: Start}) | string> {
  const line = kernelLines.find(({version}) => `${source.release}.`.startsWith(`${version}.`))?.version;
  if (line === undefined) {
    const known = kernelLines.map(({version}) => version).join(', ');
    return `There is no comparison with Debian's own configuration: it is known of Linux ${known}. --against compares with a .config file.`;
  }
  try {
    const {name, text} = await readDebianConfig(workshop, {line, arch, engine, locked});
    const detail = `Of the package ${name}, read with the same Kconfig.`;
    return {name: "Debian's own", short: 'Debian', detail, start: {kind: 'file', name, text}};
  } catch (error) {
    if (locked || workshop.signal.aborted || !(error instanceof KbuildError)) throw error;
    const message = `There is no comparison with Debian's own configuration: ${error.message}`;
    workshop.report({kind: 'said', severity: 'warning', message});
    return message;
  }
}

function summaryOf(file: string, page: string, report: Report): Readonly<Record<string, unknown>> {
  const {goals, added, comparisons, missing} = report;
  return {
    file,
    bytes: Buffer.byteLength(page),
    goals: goals.length,
    met: goals.filter(({met}) => met).length,
    added: added.length,
    differs: comparisons.map(({name, causes}) => ({
      from: name,
      causes: causes.length,
      consequences: causes.reduce((sum, {consequences}) => sum + consequences.length, 0),
    })),
    missing,
  };
}
