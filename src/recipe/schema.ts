/** What files of recipes, parts and modules may hold: types, validation and the JSON schema come from here alone. */

import {z} from 'zod';
import {architectures} from '../base/architecture.ts';
import {characterClass} from './characters.ts';
import {isEmptyRange, kernelRangePattern, parseKernelRange} from './condition.ts';
import {tunablesFile} from './tunable-schema.ts';

/** `fs/zfs`: lower-case words and slashes, so that no name can leave the folder it is looked up in. */
export const namePattern = /^[a-z0-9][a-z0-9._+-]*(?:\/[a-z0-9][a-z0-9._+-]*)*$/;
/** Results go to a folder of a recipe's name: no slash. */
export const recipeNamePattern = /^[a-z0-9][a-z0-9._+-]*$/;
/** Roles name files and machines: no slash. */
const rolePattern = /^[a-z0-9][a-z0-9-]*$/;
/** Small letters only inside, as in CRYPTO_DEV_QAT_DH895xCC: a name that begins with one is a slip. */
export const symbolPattern = /^(?!CONFIG_)[A-Z0-9_][A-Za-z0-9_]*$/;
/** Debian Policy 5.6.1. */
const packagePattern = /^[a-z0-9][a-z0-9+.-]+$/;
/** systemd.unit(5): name, optional instance, type. */
const unitPattern =
  /^[A-Za-z0-9:_.\\-]+(?:@[A-Za-z0-9:_.\\-]*)?\.(?:service|socket|target|mount|timer|path)$/;

/** A line break or a NUL would end the line of .config or of the kernel's command line that a text goes into. */
const oneLine = /^[^\n\r\0]*$/;

const nameForm = 'a name is lower-case letters, digits and . _ + -';
const name = z.string().regex(namePattern, `${nameForm}, in words joined by /`);
const sentence = z.string().min(1).regex(oneLine, 'a text is one line');

const architectureForm = `an architecture is ${architectures.join(' or ')}`;
const sourceKinds = ['debian', 'tarball', 'git', 'manual'] as const;
const stepForm =
  'a step is a list of words, or one text without quotes and signs of the shell, which is cut at spaces';

const kernelRange = z
  .string('a range of kernels is a text: write it in quotes, such as ">=5.10.220 <5.11"')
  .regex(
    kernelRangePattern,
    'a range of kernels is comparisons (>= > <= < =) with a version, such as ">=5.10.220 <5.11"',
  )
  .refine(
    (text) => !isEmptyRange(parseKernelRange(text) ?? {}),
    'no kernel can be in this range: the condition never holds',
  )
  .describe('Kernels, by comparisons that all have to hold: ">=5.10.220 <5.11", "=6.1"');

const target = {
  arch: z.enum(architectures, architectureForm).optional(),
  kernel: kernelRange.optional(),
};

/** Of a module, which has no parameters. */
const moduleWhen = z
  .strictObject(target)
  .refine(({arch, kernel}) => arch !== undefined || kernel !== undefined, {
    error: 'name arch, kernel or both',
    // An unknown key says enough.
    when: ({issues}) => issues.length === 0,
  })
  .meta({
    id: 'module-when',
    description: 'Where this counts: on every architecture and kernel that it does not rule out',
  });

/** Numbers, truth values and texts: what is used is the text as written. */
const scalar = z.union(
  [z.number(), z.boolean(), z.string().regex(oneLine)],
  'a number or a text of one line is expected here',
);
const parameterName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]*$/, 'a parameter is named by letters, digits, _ and -');

const parameterValues = z
  .record(parameterName, z.union([scalar, z.array(scalar).min(1)], 'a value, or a list of values'))
  .describe('Parameters of this file: a value, a list of which one is enough, or ">=64 <128" of an int');

const when = z
  .strictObject({...target, parameters: parameterValues.optional()})
  .refine((all) => Object.values(all).some((one) => one !== undefined), {
    error: 'name arch, kernel or parameters',
    when: ({issues}) => issues.length === 0,
  })
  .meta({id: 'when', description: 'Where this counts: wherever it does not rule out'});

/**
 * A tristate, `y or m`, a number or a text. The number in JavaScript is not what is used: the text as
 * written is, so that `0x10` stays hexadecimal.
 */
const goalForm =
  'a goal is y, m, n, "y or m", a whole number, "at least" and a number, or a text of one line, or {value: …, why: …, optional: …, when: …} with one of these';

const goalValue = z
  // Not z.int(), which refuses the addresses above 2⁵³ that hex symbols hold.
  .union([z.number().multipleOf(1), z.string().regex(oneLine, 'a goal is a text of one line')], goalForm)
  .describe(
    'y, m, n, "y or m", a whole number (decimal or 0x…), "at least 64", or the text of a string symbol; ${NAME} is a parameter',
  );

const goalIn = <When extends z.ZodType>(condition: When, id: string) =>
  z
    .union(
      [
        goalValue,
        z
          .strictObject({
            value: goalValue,
            why: sentence.optional().describe('The reason'),
            optional: z
              .literal(true, 'write optional: true, or leave it out')
              .optional()
              .describe('A wish: taken where it can be, else reported'),
            when: condition.optional(),
          })
          .meta({id}),
      ],
      goalForm,
    )
    .describe('What the symbol has to be in the final .config');

const goalsIn = <When extends z.ZodType>(condition: When, id = 'goal') =>
  z
    .record(z.string().regex(symbolPattern), goalIn(condition, id))
    .describe('Kernel configuration symbols and what each has to be in the final .config');

const goals = goalsIn(when);

const useForm = `${nameForm}, in words joined by /; or {part: NAME, with: …, when: …}`;

const use = z
  .array(
    z.union(
      [
        name,
        z
          .strictObject({
            part: name,
            with: z
              .record(parameterName, scalar)
              .optional()
              .describe("Values of the part's parameters; ${NAME} is a parameter of this file"),
            when: when.optional(),
          })
          .meta({id: 'used-part'}),
      ],
      useForm,
    ),
  )
  .describe('Parts, by name: recipes/parts/NAME.yaml. Their goals and modules are added');

/** A range that ends before it begins is none. */
function isCharacterClass(characters: string): boolean {
  try {
    characterClass(characters);
    return true;
  } catch {
    return false;
  }
}

const parameter = z
  .strictObject({
    type: z.enum(['int', 'bool', 'string', 'choice'], 'a type is int, bool, string or choice'),
    default: scalar.describe('Its value where nobody says another'),
    summary: sentence.describe('What it is for'),
    unit: sentence.optional().describe('What an int counts: MiB'),
    range: z
      .tuple([z.int(), z.int()], 'a range is [least, most]')
      .optional()
      .describe('Of an int: the least and the greatest value'),
    values: z.array(scalar).min(1).optional().describe('Of a choice: what there is to choose from'),
    characters: z
      .string()
      .regex(/^[ -Z_a-~]+$/, 'characters are those of ASCII without brackets, \\, ^ and `')
      .refine(isCharacterClass, 'a range of characters goes from the lower to the higher, such as a-z')
      .optional()
      .describe('Of a string: the characters that it may have, as in A-Za-z0-9_.-'),
  })
  .check(({value: {type, range, values, unit, characters}, value, issues}) => {
    const fault = (key: string, message: string): number =>
      issues.push({code: 'custom', message, input: value, path: [key]});
    if ((values !== undefined) !== (type === 'choice')) fault('values', 'a choice has values, and only it');
    if (range !== undefined && type !== 'int') fault('range', 'only an int has a range');
    if (range !== undefined && range[0] > range[1]) fault('range', 'no number is in this range');
    if (unit !== undefined && type !== 'int') fault('unit', 'only an int has a unit');
    if (characters !== undefined && type !== 'string')
      fault('characters', 'only a string has characters to choose from');
  })
  .meta({id: 'parameter', description: 'A value that whoever uses this may choose'});

const refuses = z
  .array(
    z
      .strictObject({parameters: parameterValues, why: sentence.describe('The reason')})
      .meta({id: 'refusal', description: 'Values of its parameters that do not go together'}),
  )
  .describe('Values of its parameters that it is not made with');

const parameters = z
  .record(parameterName, parameter)
  .describe('Values to choose, by name: ${NAME} in goals, command lines and free space stands for one');

/** Below some root, and not out of it. */
const pathBelowOf = (root: string) =>
  z
    .string()
    .regex(/^(?!\/)(?!.*(?:^|\/)\.\.(?:\/|$))[^\0\n\r]+$/, `a path below ${root} is expected, without ..`);
const pathBelow = pathBelowOf('the source');

const patchFile = pathBelowOf("this file's folder");
const patches = z
  .array(
    z.union(
      [patchFile, z.strictObject({file: patchFile, when: when.optional()}).meta({id: 'patch'})],
      "a patch is a path below this file's folder, or {file: …, when: …}",
    ),
  )
  .describe("Patches of the kernel's source, by their paths from this file, applied in order (patch -p1)");
const modules = z
  .array(name)
  .describe('Modules built out of the kernel tree, by name: recipes/modules/NAME.yaml');

const conflict = z
  .strictObject({
    part: name.optional().describe('A part, by name'),
    module: name.optional().describe('A module out of the kernel tree, whoever brings it'),
    why: sentence.describe('The reason'),
    when: when.optional(),
  })
  .refine(({part, module}) => (part === undefined) !== (module === undefined), {
    error: 'name one of part and module',
    when: ({issues}) => issues.length === 0,
  })
  .meta({id: 'conflict', description: 'What a recipe cannot have beside this part'});

const image = z
  .strictObject({
    summary: sentence,
    arch: z
      .enum(architectures)
      .optional()
      .describe('The processor of its machines, where it is not that of the others'),
    use: z
      .array(name)
      .optional()
      .describe('Overlays, by name: the files of recipes/overlays/NAME are laid over the root'),
    packages: z
      .array(z.string().regex(packagePattern, 'not a name of a Debian package'))
      .optional()
      .describe('Debian packages of its user space; dependencies are added'),
    modules: modules.optional().describe("Out-of-tree modules installed into it, among the recipe's own"),
    enable: z
      .array(z.string().regex(unitPattern, 'not a name of a systemd unit, such as ssh.service'))
      .optional()
      .describe('systemd units enabled in it'),
    commandLine: z
      .array(z.string().regex(/^\S+$/, 'one parameter without spaces'))
      .optional()
      .describe("Added to the kernel's command line; ${NAME} is a parameter of the recipe"),
    freeMiB: z
      .union(
        [z.int().min(0).max(1_048_576), z.string().regex(/^\$\{[^}]*\}$/)],
        'a whole number from 0 to 1048576, or "${NAME}", is expected',
      )
      .optional()
      .describe('Free space left in its root file system, MiB; or "${NAME}", a parameter of the recipe'),
    variables: z
      .record(
        z
          .string()
          .regex(/^(?!release$)[a-z0-9][a-z0-9-]*$/, 'a file of variables is named by a-z, 0-9 and -'),
        z.record(
          z.string().regex(/^[a-z][a-z0-9_]*$/, 'a variable is named by a-z, 0-9 and _, a letter first'),
          scalar,
        ),
      )
      .optional()
      .describe(
        'Words of the shell, by file: those of NAME become /etc/kbuild/NAME.conf; ${NAME} in a value is a parameter of the recipe',
      ),
    tunables: z
      .record(z.string(), scalar)
      .optional()
      .describe(
        'Values its machines start with, by the names that kbuild param list shows; ${NAME} is a parameter of the recipe',
      ),
  })
  .meta({id: 'image'});

export const partFile = z
  .strictObject({
    name: name.describe("The file's path below parts/, without .yaml"),
    summary: sentence,
    parameters: parameters.optional(),
    refuses: refuses.optional(),
    use: use.optional(),
    kernel: z
      .strictObject({patches: patches.optional()})
      .meta({id: 'part-kernel', description: 'What it does to the kernel'})
      .optional(),
    goals: goals.optional(),
    modules: modules.optional(),
    conflicts: z
      .array(conflict)
      .optional()
      .describe('Parts and modules that a recipe cannot have beside this one'),
  })
  .meta({id: 'part', title: 'part', description: 'A part that recipes are composed of'});

export const recipeFile = z
  .strictObject({
    name: z.string().regex(recipeNamePattern, nameForm).describe("The file's name, without .yaml"),
    summary: sentence,
    parameters: parameters.optional(),
    refuses: refuses.optional(),
    use: use.optional(),
    kernel: z
      .strictObject({
        base: sentence.describe(
          'tinyconfig, allnoconfig, running, the name of a defconfig, or a path to a .config file',
        ),
        version: z
          .string('a version is a text: write it in quotes, or 6.10 is read as 6.1')
          .min(1)
          .describe('A line of kernels, in quotes: "6.1"'),
        trim: z
          .enum(['defaults', 'least'], 'trim is defaults or least')
          .optional()
          .describe(
            'Symbols that come into sight: defaults lets them take their defaults, as olddefconfig does; least leaves off what no goal needs (default: defaults)',
          ),
        patches: patches.optional(),
      })
      .meta({id: 'kernel', description: 'The kernel: what its .config starts from, and its source'}),
    goals: goals.optional(),
    modules: modules.optional(),
    images: z
      .record(z.string().regex(rolePattern, 'a role is lower-case letters, digits and -'), image)
      .optional()
      .describe('The images to make, by role'),
    prove: name.optional().describe('The scenario that the boot has to show'),
  })
  .meta({id: 'recipe', title: 'recipe', description: 'A recipe of a kernel, its modules and its images'});

const httpsAddress = z.string().regex(/^https:\/\/[^\s/][^\s]*$/, 'an address begins with https://');

const source = z
  .strictObject({
    name: z
      .string()
      .regex(recipeNamePattern, nameForm)
      .optional()
      .describe("The NAME of --source NAME=DIR, where modules share a source (default: the module's)"),
    debian: z.string().regex(packagePattern, 'not a name of a Debian package').optional(),
    component: z
      .enum(['non-free'], 'a component is non-free; packages of main and contrib name none')
      .optional()
      .describe('Of a Debian package that is not free: the part of the archive that has it'),
    tarball: httpsAddress.optional(),
    sha256: z
      .string('a SHA-256 is a text: write it in quotes')
      .regex(/^[0-9a-f]{64}$/, 'a SHA-256 is 64 hexadecimal digits')
      .optional(),
    git: httpsAddress.optional(),
    commit: z
      .string('a commit is a text: write it in quotes')
      .regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, 'a commit is named in full: 40 digits')
      .optional(),
    manual: sentence.optional().describe('Nothing is fetched: where people get it, for --source NAME=DIR'),
    path: pathBelow
      .optional()
      .describe(
        'The folder of the source in the package, tarball or repository; {version} is its version, * the rest of a name',
      ),
  })
  .check(({value, issues}) => {
    const kinds = sourceKinds.filter((kind) => value[kind] !== undefined);
    const fault = (message: string): number => issues.push({code: 'custom', message, input: value});
    if (kinds.length !== 1) fault(`a source is one of ${sourceKinds.join(', ')}`);
    else if (value.component !== undefined && kinds[0] !== 'debian')
      fault('only a Debian package has a component');
    else if ((value.sha256 !== undefined) !== (kinds[0] === 'tarball')) fault('a tarball has its sha256');
    else if ((value.commit !== undefined) !== (kinds[0] === 'git')) fault('a git address has its commit');
    else if (value.manual !== undefined && value.path !== undefined)
      fault('a source that is only given by hand has no path: --source names the folder itself');
  })
  .describe('A Debian package, a tarball, a commit of a git repository, or one that only --source gives');

const step = z.strictObject({
  run: z
    .union(
      [
        z
          .string()
          .regex(/^\S[^\n\r\0]*$/, stepForm)
          .refine((text) => !/[\\'"`$;|&<>*?~#]/.test(text), stepForm),
        z.array(z.string().regex(/^[^\0]*$/)).min(1),
      ],
      stepForm,
    )
    .describe(
      'A command: its words as a list, or a text that is cut at spaces. {kernel}, {build}, … are replaced',
    ),
  in: pathBelow.optional().describe('The folder below the source it runs in (default: the source itself)'),
  title: sentence.optional(),
  environment: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string().regex(/^[^\0]*$/))
    .optional(),
  when: moduleWhen.optional(),
});

const fixup = z.strictObject({
  file: pathBelow,
  expect: z.string().min(1).describe('The text that has to be there, to the letter'),
  replace: z.string(),
  times: z.int().min(1).max(1000).optional().describe('How often it is there (default: 1)'),
  why: sentence.describe('The reason'),
  when: moduleWhen.optional(),
});

const refusal = z
  .strictObject({
    file: pathBelow.describe("A file of the kernel's source"),
    contains: z.string().min(1).optional().describe('The module cannot work where this text is in it'),
    lacks: z.string().min(1).optional().describe('The module cannot work where this text is not in it'),
    why: sentence.describe('What does not work there'),
    when: moduleWhen.optional(),
  })
  .refine(({contains, lacks}) => (contains === undefined) !== (lacks === undefined), {
    error: 'name one of contains and lacks',
    when: ({issues}) => issues.length === 0,
  });

const program = z.strictObject({
  from: pathBelow.describe('The file below the source'),
  to: z
    .string()
    .regex(
      /^(?:\/(?!\.{1,2}(?:\/|$))[^\s/\0]+)+$/,
      'an absolute path of a file in the image is expected, without .. and spaces',
    ),
  mode: z.enum(['0755', '0644'], 'a mode is "0755" or "0644"').optional(),
});

export const moduleFile = z
  .strictObject({
    name: z.string().regex(recipeNamePattern, nameForm).describe("The file's name, without .yaml"),
    summary: sentence,
    source: source.optional().describe('Where it is absent, only --source NAME=DIR gives one'),
    kernels: z
      .union(
        [
          kernelRange,
          z.strictObject({
            file: pathBelow,
            least: sentence
              .optional()
              .describe('What stands before the oldest version in a line of the file'),
            most: sentence.optional().describe('What stands before the newest line of kernels'),
          }),
        ],
        'a range such as ">=3.10 <6.3", or {file: …, least: …, most: …} where its source says it',
      )
      .optional()
      .describe('The kernels it is known to build on; another is refused before anything is built'),
    architectures: z
      .array(z.enum(architectures, architectureForm))
      .min(1)
      .optional()
      .describe('The architectures it is known to work on (default: all)'),
    refuses: z
      .array(refusal)
      .optional()
      .describe(
        'Kernels, by their source, on which it would build and not work; refused before anything is built',
      ),
    needs: z
      .array(z.string().regex(recipeNamePattern, nameForm))
      .optional()
      .describe('Modules that are built before it; what they keep is at {needs}/NAME'),
    packages: z
      .array(z.string().regex(packagePattern, 'not a name of a Debian package'))
      .optional()
      .describe('Debian packages that its steps need, beside those of every builder'),
    goals: goalsIn(moduleWhen, 'module-goal').optional(),
    fixups: z.array(fixup).optional().describe('Small edits of a copy of the source'),
    steps: z.array(step).min(1).describe('Commands in the container, one after another'),
    modules: pathBelow
      .optional()
      .describe('The folder below the source where *.ko are taken from, at any depth'),
    programs: z.array(program).optional().describe('Files of user space built beside it, for the image'),
    keeps: z
      .array(pathBelow)
      .optional()
      .describe('Files and folders below the source that are kept, as built, for modules that need this one'),
    needsMiB: z.int().min(1).max(1_048_576).optional().describe('Free space its build may need'),
  })
  .meta({id: 'module', title: 'module', description: 'A kernel module built out of the kernel tree'});

export type ModuleFile = z.infer<typeof moduleFile>;
export type PartFile = z.infer<typeof partFile>;
export type RecipeFile = z.infer<typeof recipeFile>;
export type GoalEntry = z.infer<typeof goals>[string];
export type ParameterEntry = z.infer<typeof parameter>;
export type ImageEntry = z.infer<typeof image>;

/** The JSON schema of all kinds of file, for editors; recipes/schema.json is this text. */
export function jsonSchemaText(): string {
  const schema = z.toJSONSchema(z.union([recipeFile, partFile, moduleFile, tunablesFile]), {
    io: 'input',
    reused: 'ref',
  });
  return `${JSON.stringify({title: 'kbuild recipe, part, module or tunables', ...schema}, null, 2)}\n`;
}
