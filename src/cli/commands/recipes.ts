/** `kbuild recipes`: the recipes there are, and the schema of their files. */

import type {Command} from 'commander';
import {exitCode, KbuildError} from '../../base/diagnostic.ts';
import {recipeFolders} from '../../recipe/folders.ts';
import {listRecipes} from '../../recipe/read.ts';
import {jsonSchemaText} from '../../recipe/schema.ts';
import {type CommonOptions, newCommand, respond, type Surroundings} from '../command.ts';

type Options = CommonOptions & {readonly recipes?: string; readonly schema?: boolean};

export function recipesCommand({terminal, cwd, environment}: Surroundings): Command {
  return newCommand('recipes', 'List the recipes', [
    'kbuild recipes',
    'kbuild recipes --recipes ../our-recipes --json',
    'kbuild recipes --schema > recipes/schema.json',
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
}
