/** `kbuild recipes`: the recipes there are, the schema of their files, and what one of them comes to. */

import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {type Command, Option} from 'commander';
import {type Architecture, architectures} from '../../base/architecture.ts';
import {badInput, exitCode, KbuildError} from '../../base/diagnostic.ts';
import {svgOf, systemOf} from '../../picture/index.ts';
import {composeRecipe} from '../../recipe/compose.ts';
import {type Composed, composedText, composedValue} from '../../recipe/composed-text.ts';
import type {Target} from '../../recipe/condition.ts';
import {recipeFolders, schemaPath, shownPath} from '../../recipe/folders.ts';
import {newRecipeText} from '../../recipe/new-recipe.ts';
import {listRecipes, openRecipe, readRecipe} from '../../recipe/read.ts';
import {jsonSchemaText, recipeNamePattern} from '../../recipe/schema.ts';
import {type CommonOptions, collect, newCommand, respond, type Surroundings} from '../command.ts';

type Options = CommonOptions & {readonly recipes?: string; readonly schema?: boolean};

export function recipesCommand(surroundings: Surroundings): Command {
  const {terminal, cwd, environment} = surroundings;
  const command = newCommand('recipes', 'List the recipes', [
    'kbuild recipes',
    'kbuild recipes --recipes ../our-recipes --json',
    'kbuild recipes --schema > recipes/schema.json',
    'kbuild recipes show nfs-rdma-zfs --arch arm64',
    'kbuild recipes new mine',
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
  return command
    .addCommand(showCommand(surroundings))
    .addCommand(beginCommand(surroundings))
    .addCommand(pictureCommand(surroundings));
}

type ShowOptions = Options & {
  readonly arch?: Architecture;
  readonly kernel?: string;
  readonly set?: readonly string[];
  readonly param?: readonly string[];
};

function showCommand({terminal, cwd, environment}: Surroundings): Command {
  return (
    newCommand('show', 'Show what a recipe comes to, each line with the file and line it comes from', [
      'kbuild recipes show nfs-rdma-zfs',
      'kbuild recipes show qtfs --arch arm64 --kernel 5.10.262',
      'kbuild recipes show ./mine.yaml --param hostname=one --json',
    ])
      .argument('<name>', 'a recipe, by its name or by a path to its .yaml file')
      .addOption(
        new Option('--arch <arch>', 'the architecture (default: that of its first image, or x86_64)').choices(
          architectures,
        ),
      )
      .option(
        '--kernel <which>',
        "a version (6.1.192), a line (6.1), a directory or a tarball, instead of the recipe's",
      )
      .option('--set <SYMBOL=VALUE>', 'one more goal, which wins over the files; may be repeated', collect)
      .option('--param <NAME=VALUE>', "a value for one of the recipe's parameters; may be repeated", collect)
      .option('--recipes <dir>', 'a folder to look for recipes in first (also KBUILD_RECIPES)')
      // Flags that `recipes` has too are taken by it.
      .action(async (name: string, _: Options, self: Command) => {
        const options = self.optsWithGlobals<ShowOptions>();
        const folders = await recipeFolders({given: options.recipes, cwd, environment});
        const {set: settings = [], param: parameters = []} = options;
        const written = await readRecipe(name, {folders, settings, parameters, cwd});
        const {kernelVersionOf} = await import('../../job/kernel-version.ts');
        const target: Target = {
          arch: options.arch ?? Object.values(written.images)[0]?.arch ?? 'x86_64',
          kernelVersion: await kernelVersionOf(options.kernel ?? written.kernel.version),
        };
        const composed: Composed = {
          written,
          recipe: composeRecipe(written, target),
          file: await openRecipe(name, {folders, cwd}),
          target,
        };
        respond(terminal, 'recipes show', options, {
          value: {recipe: composedValue(composed)},
          result: composedText(composed),
        });
      })
  );
}

function beginCommand({terminal, cwd}: Surroundings): Command {
  return newCommand('new', 'Write a recipe to start from into this folder', [
    'kbuild recipes new mine && kbuild config mine.yaml > .config',
  ])
    .argument('<name>', 'its name; the file is NAME.yaml, and is never written over')
    .action(async (name: string, _: Options, self: Command) => {
      const options = self.optsWithGlobals<Options>();
      if (!recipeNamePattern.test(name)) {
        throw badInput('wrong-name', `${name} is no name of a recipe`, {
          hint: 'a name is lower-case letters, digits and . _ + -; without .yaml',
        });
      }
      const file = join(cwd, `${name}.yaml`);
      const text = newRecipeText(name, shownPath(schemaPath, cwd));
      await writeFile(file, text, {flag: 'wx'}).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
        throw badInput('file-exists', `${name}.yaml is there already, and is not written over`, {
          hint: 'give another name',
        });
      });
      const words = `${name}.yaml is written; see what it comes to: kbuild recipes show ${name}.yaml\n`;
      respond(terminal, 'recipes new', options, {value: {file}, words});
    });
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
