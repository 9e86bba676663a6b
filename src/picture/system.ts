/** What a recipe's picture shows: its machines, and what its proof has them do with one another. */

import {architectures} from '../base/architecture.ts';
import {badInput} from '../base/diagnostic.ts';
import {type Drive, findScenario, type Link, machinesOf, type Scenario} from '../boot/index.ts';
import {valuesOf} from '../recipe/parameters.ts';
import type {ImageRecipe, WrittenRecipe} from '../recipe/recipe.ts';

export type System = {
  readonly name: string;
  readonly summary: string;
  readonly machines: readonly PicturedMachine[];
  /** Who uses what of whom; by the names of machines. */
  readonly links: readonly Link[];
  /** What the machines are joined by, where something is known of it. */
  readonly network?: string;
};

export type PicturedMachine = {
  readonly name: string;
  readonly architecture: string;
  readonly summary: string;
  readonly facts: readonly Fact[];
};

export type Fact = {readonly label: string; readonly text: string};

/**
 * The machines of a recipe. What its files say nothing of, the scenario knows that proves it.
 * @throws KbuildError (2) `no-machines`, `unknown-scenario`, `missing-role`
 */
export function systemOf(
  recipe: Pick<WrittenRecipe, 'name' | 'summary' | 'images' | 'prove' | 'parameters'>,
): System {
  const images = Object.values(recipe.images);
  if (images.length === 0) {
    throw badInput('no-machines', `the recipe ${recipe.name} has no images, and so no machines to show`, {
      hint: 'name the roles in `images`',
    });
  }
  const scenario = recipe.prove === undefined ? undefined : findScenario(recipe.prove, valuesOf(recipe));
  const missing = scenario?.roles.filter((role) => recipe.images[role] === undefined) ?? [];
  if (missing.length > 0) {
    throw badInput(
      'missing-role',
      `the scenario ${scenario!.name} has the roles ${missing.join(', ')}; the recipe ${recipe.name} has not`,
      {hint: 'name them in `images`, or choose another scenario in `prove`'},
    );
  }
  return {
    name: recipe.name,
    summary: recipe.summary,
    machines: images.flatMap((image) =>
      machinesOf(scenario, image.role).map((name) => machineOf(name, image, scenario)),
    ),
    links: scenario?.links ?? [],
    ...(scenario === undefined ? {} : {network: scenario.network}),
  };
}

function machineOf(name: string, image: ImageRecipe, scenario: Scenario | undefined): PicturedMachine {
  const drives = scenario?.drives?.[image.role] ?? [];
  const facts: readonly Fact[] = [
    {label: 'drives, in the proof', text: drivesText(drives)},
    {label: 'modules built out of tree', text: image.modules.join(', ')},
    {label: 'starts', text: image.enable.map((unit) => unit.replace(/\.service$/, '')).join(', ')},
  ];
  return {
    name,
    architecture: image.arch ?? architectures.join(' or '),
    summary: image.summary,
    facts: facts.filter(({text}) => text !== ''),
  };
}

/** `3 × 2 GiB NVMe` */
function drivesText(drives: readonly Drive[]): string {
  const kinds = drives.map(({sizeMiB, kind}) => `${sizeText(sizeMiB)} ${kindNames[kind]}`);
  return [...new Set(kinds)]
    .map((kind) => `${kinds.filter((one) => one === kind).length} × ${kind}`)
    .join(', ');
}

const kindNames = {nvme: 'NVMe'} as const satisfies Record<Drive['kind'], string>;

function sizeText(mebibytes: number): string {
  return mebibytes % 1024 === 0 ? `${mebibytes / 1024} GiB` : `${mebibytes} MiB`;
}
