/** What a recipe comes to on one architecture and kernel, as YAML that says of each line where it was written. */

import {lineAndColumn, type Place} from '../base/diagnostic.ts';
import {holds, type Target} from './condition.ts';
import {type Path, placeAt} from './document.ts';
import {shownPath} from './folders.ts';
import type {Loaded} from './load.ts';
import {asWritten} from './parameters.ts';
import type {Goal, ImageRecipe, Recipe, WrittenRecipe} from './recipe.ts';
import type {RecipeFile} from './schema.ts';

type Line = {readonly text: string; readonly place?: Place | undefined};

export type Composed = {
  readonly written: WrittenRecipe;
  readonly recipe: Recipe;
  /** The recipe's own file. */
  readonly file: Loaded<RecipeFile>;
  readonly target: Target;
};

/** A recipe with no parts: what it says is what the composed one asks for. */
export function composedText(composed: Composed): string {
  const {recipe, target} = composed;
  const lines = [
    ...headLines(composed),
    ...goalLines(recipe),
    ...moduleLines(composed),
    ...imageLines(composed),
  ];
  const widest = Math.max(...lines.map(({text}) => text.length).filter((length) => length <= 60));
  const head = `# ${recipe.name} as it is for ${target.arch} and kernel ${target.kernelVersion}; a comment is where its line comes from\n`;
  return head + lines.map((line) => `${lineText(line, widest)}\n`).join('');
}

function lineText({text, place}: Line, widest: number): string {
  return place === undefined ? text : `${text.padEnd(widest)}  # ${originOf(place)}`;
}

/** `file:line`. */
export function originOf(place: Place): string {
  if (place.file === '--set') return place.file;
  return `${place.file}:${lineAndColumn(place).line}`;
}

function headLines({written, recipe, file}: Composed): readonly Line[] {
  const at = (...path: Path): Place => placeAt(file.document, path, 'key');
  const {base, version, trim, patches = []} = recipe.kernel;
  const prove = recipe.prove === undefined ? [] : [{text: `prove: ${recipe.prove}`, place: at('prove')}];
  return [
    {text: `name: ${recipe.name}`, place: at('name')},
    {text: `summary: ${quoted(recipe.summary)}`, place: at('summary')},
    ...(written.parameters.length === 0 ? [] : [{text: 'parameters:'}]),
    ...written.parameters.map((one) => ({text: `  ${one.name}: ${parameterText(one)}`, place: one.place})),
    {text: 'kernel:'},
    {text: `  base: ${quoted(shownPath(base))}`, place: at('kernel', 'base')},
    {text: `  version: ${quoted(version)}`, place: at('kernel', 'version')},
    ...(trim === undefined ? [] : [{text: `  trim: ${trim}`, place: at('kernel', 'trim')}]),
    ...(patches.length === 0 ? [] : [{text: '  patches:'}]),
    ...patches.map(({path, place}) => ({text: `    - ${quoted(shownPath(path))}`, place})),
    ...prove,
  ];
}

/** As it is declared, with the value that it has as its default. */
function parameterText({
  type,
  value,
  unit,
  range,
  values,
  characters,
  summary,
}: WrittenRecipe['parameters'][number]): string {
  const members = [
    `type: ${type}`,
    `default: ${type === 'string' || type === 'choice' ? quoted(value) : value}`,
    ...(range === undefined ? [] : [`range: [${range.join(', ')}]`]),
    ...(values === undefined ? [] : [`values: [${values.map(quoted).join(', ')}]`]),
    ...(unit === undefined ? [] : [`unit: ${quoted(unit)}`]),
    ...(characters === undefined ? [] : [`characters: ${quoted(characters)}`]),
    `summary: ${quoted(summary)}`,
  ];
  return `{${members.join(', ')}}`;
}

function goalLines({goals}: Recipe): readonly Line[] {
  if (goals.length === 0) return [];
  const firm = new Set(goals.filter(({optional}) => !optional).map(({symbol}) => symbol));
  const said = new Set<string>();
  const lines = goals.map((goal): Line => {
    // A map has a key once: a second thing that is wished of a symbol is shown, and is no line of a recipe.
    const isSecond = said.has(goal.symbol) || (goal.optional === true && firm.has(goal.symbol));
    said.add(goal.symbol);
    return {text: `  ${isSecond ? '# ' : ''}${goal.symbol}: ${goalText(goal)}`, place: goal.place};
  });
  return [{text: 'goals:'}, ...lines];
}

function goalText({value, why, optional}: Goal): string {
  const text = isPlain(value) ? value : quoted(asWritten(value));
  if (why === undefined && !optional) return text;
  const members = [
    `value: ${text}`,
    ...(optional ? ['optional: true'] : []),
    ...(why === undefined ? [] : [`why: ${quoted(why)}`]),
  ];
  return `{${members.join(', ')}}`;
}

/** Tristates and numbers; 0x10 in quotes would be a text that looks like one. */
function isPlain(value: string): boolean {
  return /^(?:[ymn]|y or m|at least -?\w+|-?(?:0|[1-9]\d*)|0[xX][0-9a-fA-F]+)$/.test(value);
}

/** JSON's texts are YAML's in double quotes. */
function quoted(text: string): string {
  return /^[A-Za-z][\w./-]*$/.test(text) && !/^(?:true|false|null)$/i.test(text)
    ? text
    : JSON.stringify(text);
}

function moduleLines({written, recipe, target}: Composed): readonly Line[] {
  if (recipe.modules.length === 0) return [];
  const layers = [...written.parts, written.own].filter(({applies}) =>
    applies.some((one) => holds(one, target)),
  );
  const lines = recipe.modules.map(({name}) => {
    const named = layers.flatMap(({modules}) => modules).find((one) => one.name === name);
    return {text: `  - ${name}`, place: named?.place};
  });
  return [{text: 'modules:'}, ...lines];
}

function imageLines({recipe, file}: Composed): readonly Line[] {
  const images = Object.values(recipe.images);
  if (images.length === 0) return [];
  return [{text: 'images:'}, ...images.flatMap((image) => linesOfImage(image, file))];
}

function linesOfImage(image: ImageRecipe, {document, file}: Loaded<RecipeFile>): readonly Line[] {
  const {role, summary, arch, packages, modules, enable, commandLine, freeMiB, tuned = []} = image;
  const {variables = {}} = image;
  const at = (key: string): Place => placeAt(document, ['images', role, key], 'key');
  const own = file?.images?.[role];
  const list = (
    key: 'use' | 'packages' | 'modules' | 'enable' | 'commandLine',
    members: readonly string[],
  ): readonly Line[] => {
    if (members.length === 0) return [];
    // What is filled in stands where it was; of what is there twice, the first is shown.
    const indexOf = (one: string, index: number): number =>
      key === 'commandLine' ? index : (own?.[key]?.indexOf(one) ?? index);
    const items = members.map((one, index) => ({
      text: `      - ${quoted(one)}`,
      place: placeAt(document, ['images', role, key, indexOf(one, index)]),
    }));
    return [{text: `    ${key}:`}, ...items];
  };
  return [
    {text: `  ${role}:`, place: placeAt(document, ['images', role], 'key')},
    {text: `    summary: ${quoted(summary)}`, place: at('summary')},
    ...(arch === undefined ? [] : [{text: `    arch: ${arch}`, place: at('arch')}]),
    ...list('use', own?.use ?? []),
    ...list('packages', packages),
    ...list('modules', modules),
    ...list('enable', enable),
    ...list('commandLine', commandLine.map(asWritten)),
    own?.freeMiB === undefined
      ? {text: `    freeMiB: ${freeMiB} # as where nothing is said`}
      : {text: `    freeMiB: ${freeMiB}`, place: at('freeMiB')},
    ...(Object.keys(variables).length === 0 ? [] : [{text: '    variables:', place: at('variables')}]),
    ...Object.entries(variables).flatMap(([name, values]): readonly Line[] => [
      {text: `      ${name}:`, place: placeAt(document, ['images', role, 'variables', name], 'key')},
      ...Object.entries(values).map(([one, value]) => ({
        text: `        ${one}: ${scalarText(asWritten(value))}`,
        place: placeAt(document, ['images', role, 'variables', name, one], 'key'),
      })),
    ]),
    ...(tuned.length === 0 ? [] : [{text: '    tunables:'}]),
    ...tuned.map(({tunable: {name}, value}) => ({
      text: `      ${name}: ${scalarText(value)}`,
      place: placeAt(document, ['images', role, 'tunables', name], 'key'),
    })),
  ];
}

/** A number stands as it is. */
function scalarText(value: string): string {
  return /^-?\d+$/.test(value) ? value : quoted(value);
}

/** The same as plain values, each goal with its origin. */
export function composedValue({written, recipe, target}: Composed): Readonly<Record<string, unknown>> {
  const origin = (place: Place) => ({file: place.file, line: lineAndColumn(place).line});
  return {
    name: recipe.name,
    summary: recipe.summary,
    arch: target.arch,
    kernelVersion: target.kernelVersion,
    parameters: written.parameters.map(({place, ...rest}) => ({...rest, ...origin(place)})),
    kernel: {
      ...recipe.kernel,
      patches: (recipe.kernel.patches ?? []).map(({path, place}) => ({path, ...origin(place)})),
    },
    goals: recipe.goals.map(({place, ...rest}) => ({...rest, ...origin(place)})),
    modules: recipe.modules.map(({name}) => name),
    images: Object.fromEntries(
      Object.entries(recipe.images).map(([role, {tuned = [], ...image}]) => [
        role,
        {...image, tunables: Object.fromEntries(tuned.map(({tunable, value}) => [tunable.name, value]))},
      ]),
    ),
    ...(recipe.prove === undefined ? {} : {prove: recipe.prove}),
  };
}
