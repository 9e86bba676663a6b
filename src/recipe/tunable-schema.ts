/** What a catalogue of tunables may hold: recipes/tunables/NAME.yaml, by which kbuild knows what a system lets one change. */

import {z} from 'zod';

const sentence = z
  .string()
  .min(1)
  .regex(/^[^\n\r\0]*$/, 'a text is one line');
const unitName = /^[A-Za-z0-9:_.\\@-]+\.(?:service|target|socket|mount)$/;
const effectForm =
  'an effect is now, next mount, next boot, next load (of the module), or "next start of NAME.service"';

/** Where a tunable is set, and by what. */
export const tunableKinds = [
  'sysctl',
  'module-parameter',
  'zfs-property',
  'zpool-property',
  'nfs-conf',
  'nfs-mount',
  'qtfs',
  'lctl',
  'ceph',
] as const;

const types = ['integer', 'size', 'boolean', 'enum', 'integers', 'address', 'text'] as const;

const where = z
  .strictObject({
    roles: z.array(z.string()).min(1).optional(),
    packages: z.array(z.string()).min(1).optional(),
    modules: z.array(z.string()).min(1).optional(),
  })
  .refine((all) => Object.keys(all).length > 0, {
    error: 'name roles, packages or modules',
    when: ({issues}) => issues.length === 0,
  })
  .describe('Machines of which images have it: of each list that is there, one of its names is enough')
  .meta({id: 'tunable-where'});

const absolute = z
  .string()
  .regex(
    /^\/(?!.*(?:^|\/)\.\.(?:\/|$))[^\s\0'"$`\\]+$/,
    'an absolute path without spaces is expected; * stands for any name',
  );
const word = z.string().regex(/^[^\s'"$`\\]+$/, 'one word is expected');

const observe = z
  .union(
    [
      z.literal('nothing'),
      z.strictObject({
        file: absolute.describe('What is in this file is in effect; of a pattern, in the first there is'),
        field: word.optional().describe('The last word of the line that begins with this one'),
        word: word.optional().describe('A boolean: whether the file has this word'),
      }),
      z.strictObject({
        mount: word.describe('Mounts of file systems of this type, or of it and a number: nfs is nfs4 too'),
        option: word.describe('This option of theirs; for a boolean, without no before it'),
      }),
      z.strictObject({
        rpc: z.string().regex(/^\d+ (?:tcp|udp)$/, 'a program and tcp or udp: "100021 tcp"'),
      }),
    ],
    'nothing, {file: …}, {mount: …, option: …} or {rpc: …}',
  )
  .describe('Where one sees what is in effect, where that is not where it is set');

const scalar = z.union(
  [z.number(), z.boolean(), sentence],
  'a number or a text of one line is expected here',
);

const tunable = z
  .strictObject({
    summary: sentence,
    kind: z.enum(tunableKinds, `a kind is one of ${tunableKinds.join(', ')}`),
    key: word
      .optional()
      .describe('What it is called where it is set (default: its name without the prefix of its kind)'),
    type: z.enum(types, `a type is one of ${types.join(', ')}`),
    unit: sentence.optional().describe('What its number counts: percent, KiB, seconds'),
    range: z
      .tuple([z.number().multipleOf(1), z.number().multipleOf(1)], 'a range is [least, most]')
      .optional()
      .describe('The least and the greatest value; of a size, in bytes'),
    also: z
      .array(scalar)
      .min(1)
      .optional()
      .describe('Values outside the range that mean something of their own'),
    automatic: scalar
      .optional()
      .describe('The value by which the system chooses itself; what it has chosen then proves nothing'),
    values: z.array(scalar).min(1).optional().describe('Of an enum: what there is to choose from'),
    count: z.int().min(2).max(16).optional().describe('Of integers: how many'),
    powerOfTwo: z.literal(true).optional(),
    default: scalar.optional().describe('What the system has where nobody says another value'),
    effect: z
      .string()
      .regex(/^(?:now|next (?:mount|boot|load|start of \S+))$/, effectForm)
      .refine((text) => !text.startsWith('next start of ') || unitName.test(text.slice(14)), effectForm)
      .describe('When a changed value counts'),
    symbol: z
      .string()
      .regex(/^[A-Z0-9_]+$/)
      .optional()
      .describe('The Kconfig symbol without which a kernel has no such thing'),
    observe: observe.optional(),
    service: z
      .enum(['mon', 'mgr', 'osd', 'mds', 'client', 'global'])
      .optional()
      .describe('Of ceph: the daemons it is for'),
    where: where.optional(),
    note: sentence.optional().describe('What else one should know of it'),
  })
  .check(({value, value: {type, kind}, issues}) => {
    const fault = (key: string, message: string): number =>
      issues.push({code: 'custom', message, input: value, path: [key]});
    if ((value.values !== undefined) !== (type === 'enum'))
      fault('values', 'an enum has values, and only it');
    if ((value.count !== undefined) !== (type === 'integers'))
      fault('count', 'integers have a count, and only they');
    const counts = type === 'integer' || type === 'size' || type === 'integers';
    if (value.range !== undefined && !counts) fault('range', 'only a number has a range');
    if (value.range !== undefined && value.range[0] > value.range[1])
      fault('range', 'no number is in this range');
    if (value.unit !== undefined && !counts) fault('unit', 'only a number has a unit');
    if ((value.service !== undefined) !== (kind === 'ceph'))
      fault('service', 'tunables of ceph have a service, and only they');
    if (value.effect === 'next load' && kind !== 'module-parameter')
      fault('effect', 'only a module is loaded');
  })
  .meta({id: 'tunable', description: 'A value of a system that can be changed once it is built'});

export const tunablesFile = z
  .strictObject({
    name: sentence.describe("The file's name, without .yaml: the system its tunables belong to"),
    summary: sentence,
    where: where.optional(),
    tunables: z.record(
      z.string().regex(/^[A-Za-z][\w.*-]*$/, 'a tunable is named by letters, digits and . _ * -'),
      tunable,
    ),
  })
  .meta({id: 'tunables', title: 'tunables', description: 'The tunables of a system, for kbuild param'});

export type TunablesFile = z.infer<typeof tunablesFile>;
export type TunableEntry = z.infer<typeof tunable>;
export type TunableWhere = z.infer<typeof where>;
