/** `kbuild recipes`: the recipes there are, the schema of their files, and a picture of a recipe's machines. */

import type {Command} from 'commander';
import {exitCode, KbuildError} from '../../base/diagnostic.ts';
import {svgOf, systemOf} from '../../picture/index.ts';
import {recipeFolders} from '../../recipe/folders.ts';
import {listRecipes, readRecipe} from '../../recipe/read.ts';
import {jsonSchemaText} from '../../recipe/schema.ts';
import {type CommonOptions, newCommand, respond, type Surroundings} from '../command.ts';

type Options = CommonOptions & {readonly recipes?: string; readonly schema?: boolean};

export function recipesCommand(surroundings: Surroundings): Command {
  const {terminal, cwd, environment} = surroundings;
  const command = newCommand('recipes', 'List the recipes', [
    'kbuild recipes',
    'kbuild recipes --recipes ../our-recipes --json',
    'kbuild recipes --schema > recipes/schema.json',
    'kbuild recipes picture nfs-rdma-zfs > nfs-rdma-zfs.svg',
  ])
    .option('--recipes <dir>', 'a folder to look for recipes in first (also KBUILD_RECIPES)')
    .option('--schema', 'write the JSON schema of recipe files, for editors')
    .action(async (options: Options) => {
      if (options.schema) {
        const text = jsonSchemaText();
        respond(terminal, 'recipes', options, {value: {schema: JSON.parse(text)}, result: text});
        return;
      }
      const folders = await recipeFolders({given: options.recipes, cwd, environment});
      const {recipes, diagnostics} = await listRecipes(folders);
      if (diagnostics.length > 0) throw new KbuildError(exitCode.badInput, ...diagnostics);
      const widest = Math.max(0, ...recipes.map(({name}) => name.length));
      const lines = recipes.map(({name, summary}) => `${name.padEnd(widest)}  ${summary}\n`);
      respond(terminal, 'recipes', options, {value: {folders, recipes}, result: lines.join('')});
    });
  return command.addCommand(pictureCommand(surroundings));
}

function pictureCommand({terminal, cwd, environment}: Surroundings): Command {
  return (
    newCommand('picture', "Draw a recipe's machines, and what they have of one another, as SVG", [
      'kbuild recipes picture nfs-rdma-zfs > nfs-rdma-zfs.svg',
      'kbuild recipes picture ./mine.yaml > mine.svg',
    ])
      .argument('<name>', 'a recipe, by its name or by a path to its .yaml file')
      .option('--recipes <dir>', 'a folder to look for recipes in first (also KBUILD_RECIPES)')
      // Flags that `recipes` has too are taken by it.
      .action(async (name: string, _: Options, self: Command) => {
        const options = self.optsWithGlobals<Options>();
        const folders = await recipeFolders({given: options.recipes, cwd, environment});
        const system = systemOf(await readRecipe(name, {folders, cwd}));
        const svg = svgOf(system);
        respond(terminal, 'recipes picture', options, {value: {system, svg}, result: svg});
      })
  );
}
