/** What each file adds to a recipe, and where: by every way that leads to it, with its parameters filled in. */

import type {Diagnostic, Place} from '../base/diagnostic.ts';
import {allBoth, alternatives, type Condition} from './condition.ts';
import {conflictsOf} from './conflicts.ts';
import {placeAt, writtenAt} from './document.ts';
import {formatPlace, goalsOf} from './goals.ts';
import type {Loaded, Use} from './load.ts';
import {needsOf, withNeeded} from './module.ts';
import {
  filledIn,
  type Parameter,
  parameterSetting,
  parametersHold,
  parametersOf,
  type Scope,
  type Values,
  valueSaid,
  valuesFrom,
} from './parameters.ts';
import {patchesOf} from './patches.ts';
import type {Layer, WrittenRecipe} from './recipe.ts';
import {refusalsOf} from './refusals.ts';
import type {ModuleFile, PartFile, RecipeFile} from './schema.ts';

export type Layers = {
  /** Parts, each after those it uses itself. */
  readonly parts: readonly Layer[];
  readonly own: Layer;
  /** The recipe's own parameters. */
  readonly scope: Scope;
  readonly parameters: WrittenRecipe['parameters'];
};

type File = Loaded<PartFile | RecipeFile>;

/** What somebody says of a part's parameter. */
type Said = {readonly value: string; readonly by: string; readonly place: Place};

/** One way by which a part comes to be used. */
type Way = {
  readonly conditions: readonly Condition[];
  readonly said: ReadonlyMap<string, Said>;
  readonly by: string;
  readonly place: Place;
};

/** A part under one set of values, and where it counts with them. */
type Filling = {
  readonly conditions: readonly Condition[];
  readonly values: Values;
  /** The first way that leads to it. */
  readonly way?: Way | undefined;
};

/**
 * The layers of a recipe and its parts. A part that is used with different values at places that never meet has a layer
 * for each; where they do meet, that is a fault.
 * @param parts each after those it uses itself
 * @param settings texts of `--param`, which win over everything
 */
export function layersOf(
  recipe: Loaded<RecipeFile>,
  parts: readonly Loaded<PartFile>[],
  settings: readonly string[],
  faults: Diagnostic[],
): Layers {
  const declared = new Map<File, readonly Parameter[]>();
  for (const file of [recipe, ...parts]) {
    const {parameters, diagnostics} = parametersOf(file.document, file.file?.parameters ?? {});
    declared.set(file, parameters);
    faults.push(...diagnostics);
  }
  const scopeOf = (file: File, values: Values, saidAt: Scope['saidAt'] = new Map()): Scope => ({
    document: file.document,
    parameters: declared.get(file)!,
    values,
    saidAt,
  });
  const ways = new Map<string, Way[]>();
  const byName = new Map(parts.map((part) => [part.name, part]));
  const pass = (user: File, scope: Scope, conditions: readonly Condition[]): void => {
    for (const use of user.uses) {
      const path = [...use.at, 'when', 'parameters'];
      const part = byName.get(use.part);
      const said =
        part === undefined ? new Map() : saidOf(use, user, scope, part, declared.get(part)!, faults);
      if (!parametersHold(use.parameters, scope, path, faults) || part === undefined) continue;
      const way = {
        conditions: allBoth(conditions, [use.when]),
        said,
        by: user.name,
        place: placeAt(user.document, use.path),
      };
      if (way.conditions.length > 0) ways.set(use.part, [...(ways.get(use.part) ?? []), way]);
    }
  };
  const given = settingsOf(recipe, declared.get(recipe)!, settings, faults);
  const scope = scopeOf(recipe, valuesFrom(declared.get(recipe)!, given.values), given.saidAt);
  pass(recipe, scope, [{}]);
  const layers = new Map<File, readonly Layer[]>();
  // From the end, all users of a part have been met before it.
  for (const part of parts.toReversed()) {
    const fillings = fillingsOf(part, declared.get(part)!, ways.get(part.name) ?? [], recipe.name, faults);
    layers.set(
      part,
      fillings.map(({conditions, values, way}) => {
        const own = scopeOf(part, values, placesOf(way));
        pass(part, own, conditions);
        return {...layerOf(part, own, conditions, faults), usedAt: way?.place};
      }),
    );
  }
  return {
    parts: parts.flatMap((part) => layers.get(part)!),
    own: layerOf(recipe, scope, [{}], faults),
    scope,
    parameters: scope.parameters.map((one) => ({...one, value: scope.values.get(one.name)!})),
  };
}

function settingsOf(
  recipe: Loaded<RecipeFile>,
  parameters: readonly Parameter[],
  settings: readonly string[],
  faults: Diagnostic[],
): {readonly values: Values; readonly saidAt: Scope['saidAt']} {
  // Of a faulty file, it is not known what its parameters are.
  if (recipe.file === undefined) return {values: new Map(), saidAt: new Map()};
  const said = settings.map((text) => parameterSetting(text, {parameters, of: `the recipe ${recipe.name}`}));
  faults.push(...said.filter((one) => 'severity' in one));
  const sound = said.flatMap((one) => ('severity' in one ? [] : [one]));
  return {
    values: new Map(sound.map(({name, value}) => [name, value])),
    saidAt: new Map(sound.map(({name, place}) => [name, place])),
  };
}

function placesOf(way: Way | undefined): Scope['saidAt'] {
  return new Map([...(way?.said ?? [])].map(([name, {place}]) => [name, place]));
}

/** What an entry of `use` says of the part's parameters. */
function saidOf(
  use: Use,
  user: File,
  scope: Scope,
  part: Loaded<PartFile>,
  parameters: readonly Parameter[],
  faults: Diagnostic[],
): ReadonlyMap<string, Said> {
  const said = new Map<string, Said>();
  if (part.file === undefined) return said;
  for (const name of Object.keys(use.with)) {
    const path = [...use.at, 'with', name];
    const before = faults.length;
    const text = filledIn(writtenAt(user.document, path) ?? '', scope, path, faults);
    if (faults.length > before) continue;
    const place = placeAt(user.document, path, parameters.some((one) => one.name === name) ? 'value' : 'key');
    const value = valueSaid({parameters, of: `the part ${part.name}`}, {name, text, place});
    if (typeof value === 'string') said.set(name, {value, by: user.name, place});
    else faults.push(value);
  }
  return said;
}

/** With which values a part counts, and where. What nobody says is the default; the recipe wins over parts. */
function fillingsOf(
  part: Loaded<PartFile>,
  parameters: readonly Parameter[],
  ways: readonly Way[],
  recipe: string,
  faults: Diagnostic[],
): readonly Filling[] {
  const rules = saidByRecipe(ways, recipe);
  const ruled = ways.map((way) => ({
    ...way,
    said: new Map([...way.said].map(([name, said]) => [name, rules.get(name) ?? said])),
  }));
  const agreed = new Map<string, string>(
    ruled.flatMap(({said}) => [...said].map(([name, {value}]) => [name, value])),
  );
  const areAgreed = ruled.every(({said}) => [...said].every(([name, {value}]) => agreed.get(name) === value));
  if (areAgreed) {
    const conditions = alternatives(ways.flatMap((way) => way.conditions));
    const all = new Map([...agreed, ...[...rules].map(([name, {value}]) => [name, value] as const)]);
    return [{conditions, values: valuesFrom(parameters, all), way: ways[0]}];
  }
  const fillings: Filling[] = [];
  for (const way of ruled) {
    const said = new Map([...rules, ...way.said].map(([name, {value}]) => [name, value]));
    const values = valuesFrom(parameters, said);
    const same = fillings.findIndex((one) =>
      parameters.every(({name}) => one.values.get(name) === values.get(name)),
    );
    const meets = fillings.find(
      (one, index) => index !== same && allBoth(one.conditions, way.conditions).length > 0,
    );
    if (meets !== undefined) {
      faults.push(disagreement(part.name, parameters, meets, {values, way}));
    } else if (same >= 0) {
      const {conditions, ...rest} = fillings[same]!;
      fillings[same] = {...rest, conditions: alternatives([...conditions, ...way.conditions])};
    } else {
      fillings.push({conditions: way.conditions, values, way});
    }
  }
  return fillings;
}

/** What the recipe itself says wherever the part counts. */
function saidByRecipe(ways: readonly Way[], recipe: string): ReadonlyMap<string, Said> {
  const rules = new Map<string, Said>();
  for (const {by, conditions, said} of ways) {
    const always = conditions.some(({arch, kernel}) => arch === undefined && kernel === undefined);
    if (by !== recipe || !always) continue;
    for (const [name, one] of said) if (!rules.has(name)) rules.set(name, one);
  }
  return rules;
}

function disagreement(
  part: string,
  parameters: readonly Parameter[],
  first: Filling,
  second: {readonly values: Values; readonly way: Way},
): Diagnostic {
  const {name} = parameters.find((one) => first.values.get(one.name) !== second.values.get(one.name))!;
  const other = first.way!;
  const at = other.said.get(name)?.place ?? other.place;
  return {
    severity: 'error',
    code: 'parameters-disagree',
    message:
      `${second.way.by} uses ${part} with ${name} = ${second.values.get(name)}, ` +
      `${other.by} with ${first.values.get(name)} (${formatPlace(at)})`,
    place: second.way.said.get(name)?.place ?? second.way.place,
    hint: 'say the same in both, or say it in the recipe, which wins over its parts',
  };
}

function layerOf(file: File, scope: Scope, applies: readonly Condition[], faults: Diagnostic[]): Layer {
  // What nothing comes to is not made at all.
  if (applies.length > 0) faults.push(...refusalsOf(file, scope, faults));
  return {
    origin: file.name,
    applies,
    goals: goalsOf(scope, file.file?.goals ?? {}, file.name, faults),
    modules: (file.file?.modules ?? []).map((name, index) => ({
      name,
      place: placeAt(file.document, ['modules', index]),
    })),
    patches: patchesOf(file, scope, faults),
    conflicts: conflictsOf(file, scope, faults),
  };
}

/** The layers of what modules ask of the kernel, each before the first that names its module or one that needs it. */
export function withModules(
  layers: readonly Layer[],
  modules: readonly Loaded<ModuleFile>[],
  faults: Diagnostic[],
): readonly Layer[] {
  const placed = new Set<string>();
  const needs = needsOf(modules);
  const placeOf = ({modules: named}: Layer, name: string) =>
    named.find((one) => withNeeded([one.name], needs).has(name))?.place;
  const brings = (layer: Layer, name: string) => placeOf(layer, name) !== undefined;
  return layers.flatMap((layer) => {
    const first = modules.filter(({name}) => brings(layer, name) && !placed.has(name));
    for (const {name} of first) placed.add(name);
    return [
      ...first.map(({name, document, file}) => ({
        origin: `modules/${name}`,
        applies: alternatives(layers.filter((one) => brings(one, name)).flatMap(({applies}) => applies)),
        goals: goalsOf(
          {document, parameters: [], values: new Map()},
          file?.goals ?? {},
          `modules/${name}`,
          faults,
        ),
        modules: [],
        patches: [],
        conflicts: [],
        usedAt: placeOf(layer, name),
      })),
      layer,
    ];
  });
}
