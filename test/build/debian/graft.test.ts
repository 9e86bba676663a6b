import test from 'ava';
import {parseStatus} from '../../../src/build/debian/dpkg-database.ts';
import {type GraftRequest, graft, type UnpackedPackage} from '../../../src/build/debian/graft.ts';
import {isExcluded} from '../../../src/build/debian/path-filter.ts';
import {readContent, type TarMember} from '../../../src/build/debian/tar.ts';

const amd64 = {debian: 'amd64', triplet: 'x86_64-linux-gnu'};
const arm64 = {debian: 'arm64', triplet: 'aarch64-linux-gnu'};
const access = {mode: 0o644, uid: 0, gid: 0, mtime: 1, attributes: new Map()};

function file(path: string, text: string, other: Partial<TarMember> = {}): TarMember {
  return {...access, path, kind: 'file', content: {bytes: Buffer.from(text, 'latin1')}, ...other};
}

function folder(path: string): TarMember {
  return {...access, path, kind: 'directory', mode: 0o755};
}

function link(path: string, target: string): TarMember {
  return {...access, path, kind: 'symlink', mode: 0o777, target};
}

function control(name: string, architecture: string, more = ''): string {
  return `Package: ${name}\nVersion: 1\nArchitecture: ${architecture}\n${more}Description: ${name}\n`;
}

const tool = control('tool', 'amd64');
const library = control('libtool1', 'amd64', 'Multi-Arch: same\n');
const shared = control('shared', 'all');
const state = (text: string): string => text.replace('\n', '\nStatus: install ok installed\n');

/** An installed system: a program, its library, a package for all architectures, and what scripts have made. */
const twin: readonly TarMember[] = [
  folder(''),
  link('bin', 'usr/bin'),
  folder('etc'),
  file('etc/ld.so.cache', 'x86'),
  file('etc/passwd', 'a user that a script made'),
  file('etc/tool.conf', 'settings'),
  folder('etc/alternatives'),
  link('etc/alternatives/lib', '/usr/lib/x86_64-linux-gnu/libtool.so.1'),
  folder('usr'),
  folder('usr/bin'),
  file('usr/bin/shared', '#!/bin/sh'),
  file('usr/bin/tool', '\x7fELF x86', {
    mode: 0o4750,
    gid: 105,
    attributes: new Map([['SCHILY.xattr.security.capability', 'x']]),
  }),
  folder('usr/lib'),
  folder('usr/lib/only-x86'),
  file('usr/lib/only-x86/file', 'x'),
  folder('usr/lib/x86_64-linux-gnu'),
  file('usr/lib/x86_64-linux-gnu/libtool.so.1', '\x7fELF x86'),
  file('usr/lib/x86_64-linux-gnu/plugins.cache', 'made by a script'),
  file('var/lib/dpkg/arch', 'amd64\n'),
  file('var/lib/dpkg/alternatives/lib', '/usr/lib/x86_64-linux-gnu/libtool.so.1\n'),
  file(
    'var/lib/dpkg/info/tool.list',
    '/.\n/bin\n/bin/tool\n/etc\n/etc/tool.conf\n/usr\n/usr/lib\n/usr/lib/only-x86\n/usr/lib/only-x86/file\n',
  ),
  file('var/lib/dpkg/info/tool.postinst', 'setcap\n'),
  file(
    'var/lib/dpkg/info/libtool1:amd64.list',
    '/.\n/usr\n/usr/lib\n/usr/lib/x86_64-linux-gnu\n/usr/lib/x86_64-linux-gnu/libtool.so.1\n',
  ),
  file('var/lib/dpkg/info/shared.list', '/.\n/usr\n/usr/bin\n/usr/bin/shared\n'),
  file('var/lib/dpkg/status', [library, shared, tool].map((text) => `${state(text)}\n`).join('')),
  file('var/lib/dpkg/triggers/ldconfig', 'libtool1:amd64\n'),
];

const packages: readonly UnpackedPackage[] = [
  {
    control: tool.replace('amd64', 'arm64'),
    records: [file('conffiles', '/etc/tool.conf\n'), file('postinst', 'setcap\n', {mode: 0o755})],
    members: [
      folder(''),
      folder('bin'),
      file('bin/tool', '\x7fELF arm', {mode: 0o755}),
      folder('etc'),
      file('etc/tool.conf', 'settings'),
      folder('usr/share/man'),
      file('usr/share/man/tool.1', 'left out'),
    ],
  },
  {
    control: library.replace('amd64', 'arm64'),
    records: [],
    members: [
      folder(''),
      folder('usr'),
      folder('usr/lib'),
      folder('usr/lib/aarch64-linux-gnu'),
      file('usr/lib/aarch64-linux-gnu/libtool.so.1', '\x7fELF arm'),
    ],
  },
];

function requestOf(changes: Partial<GraftRequest> = {}): GraftRequest {
  return {
    twin,
    from: amd64,
    to: arm64,
    shared: new Set(['shared']),
    packages,
    isExcluded: (path, kind) => isExcluded(['path-exclude=/usr/share/man/*'], path, kind),
    time: 9,
    ...changes,
  };
}

async function grafted(changes: Partial<GraftRequest> = {}) {
  const {members, remarks} = await graft(requestOf(changes));
  const byPath = new Map(members.map((member) => [member.path, member]));
  const text = async (path: string): Promise<string> =>
    String(await readContent(byPath.get(path)?.content ?? {bytes: Buffer.from('(none)')}));
  return {byPath, remarks, text};
}

test('programs and libraries are those of the other architecture, through the links of a merged /usr', async (t) => {
  const {byPath, text} = await grafted();
  t.regex(await text('usr/bin/tool'), /arm/);
  t.regex(await text('usr/lib/aarch64-linux-gnu/libtool.so.1'), /arm/);
  t.is(byPath.get('bin')?.target, 'usr/bin');
  t.deepEqual(
    [...byPath.keys()].filter((path) => /x86|ld\.so\.cache|share\/man\/tool/.test(path)),
    [],
  );
});

test('what scripts did to a file is done to the one in its place', async (t) => {
  const {byPath} = await grafted();
  const program = byPath.get('usr/bin/tool')!;
  t.is(program.mode, 0o4750);
  t.is(program.gid, 105);
  t.is(program.attributes.size, 1);
});

test('what scripts made stays, in the names of the other architecture', async (t) => {
  const {byPath, text} = await grafted();
  t.is(await text('etc/passwd'), 'a user that a script made');
  t.is(byPath.get('etc/alternatives/lib')?.target, '/usr/lib/aarch64-linux-gnu/libtool.so.1');
  t.is(await text('var/lib/dpkg/alternatives/lib'), '/usr/lib/aarch64-linux-gnu/libtool.so.1\n');
  t.is(await text('var/lib/dpkg/triggers/ldconfig'), 'libtool1:arm64\n');
});

test("dpkg's records are those of an installation", async (t) => {
  const {byPath, text} = await grafted();
  t.is(await text('var/lib/dpkg/arch'), 'arm64\n');
  const status = parseStatus(await text('var/lib/dpkg/status'));
  t.deepEqual(
    status.map(({name, architecture}) => `${name}:${architecture}`),
    ['libtool1:arm64', 'shared:all', 'tool:arm64'],
  );
  // md5sum of "settings".
  t.regex(
    status[2]!.text,
    /^Package: tool\nStatus: install ok installed\nArchitecture: arm64\nVersion: 1\nConffiles:\n \/etc\/tool\.conf 2e5d8aa3dfa8ef34ca5131d20f9dad51\nDescription: tool$/,
  );
  t.is(
    await text('var/lib/dpkg/info/tool.list'),
    '/.\n/bin\n/bin/tool\n/etc\n/etc/tool.conf\n/usr/share/man\n/usr/share/man/tool.1\n',
  );
  t.is(byPath.get('var/lib/dpkg/info/tool.postinst')?.mode, 0o755);
  t.true(byPath.has('var/lib/dpkg/info/libtool1:arm64.list'));
  t.false(byPath.has('var/lib/dpkg/info/libtool1:amd64.list'));
});

test('a package of the other architecture alone is taken, unless a script of it would have to run', async (t) => {
  const alone = {
    control: control('alone', 'arm64'),
    records: [],
    members: [folder('usr'), file('usr/alone', '')],
  };
  const {byPath} = await grafted({packages: [...packages, alone]});
  t.true(byPath.has('usr/alone'));
  const scripted = {...alone, records: [file('postinst', 'useradd\n')]};
  await t.throwsAsync(grafted({packages: [...packages, scripted]}), {
    message: /alone has a postinst, and is not installed with amd64/,
  });
});

test('a package of the twin alone is taken out, with a remark', async (t) => {
  const unlinked = twin.filter(({path}) => path !== 'etc/alternatives/lib');
  const {byPath, remarks} = await grafted({twin: unlinked, packages: packages.slice(0, 1)});
  t.deepEqual(remarks, ['libtool1 is only there for amd64']);
  t.false(byPath.has('usr/lib/x86_64-linux-gnu'));
});

test('scripts that differ are remarked, names of architectures apart', async (t) => {
  const [first, second] = packages as [UnpackedPackage, UnpackedPackage];
  const other = {...first, records: [file('postinst', 'something else\n')]};
  t.deepEqual((await grafted({packages: [other, second]})).remarks, [
    'the postinst of tool is not the same for amd64',
  ]);
});

for (const [what, made, reason] of [
  ['a program', file('usr/bin/copied', '\x7fELF x86'), /\/usr\/bin\/copied is a program or library of amd64/],
  ['a setting', file('etc/paths', 'see /usr/lib/x86_64-linux-gnu'), /\/etc\/paths names folders of amd64/],
  [
    'a link',
    link('usr/bin/x', '../lib/only-x86/file'),
    /\/usr\/bin\/x leads to \.\.\/lib\/only-x86\/file, which is gone/,
  ],
] as const)
  test(`${what} of the twin that a script left behind is refused`, async (t) => {
    await t.throwsAsync(grafted({twin: [...twin, made]}), {message: reason});
  });

test('paths are left out as dpkg does, what licences ask for is kept', (t) => {
  const options = ['path-exclude=/usr/share/doc/*', 'path-include=/usr/share/doc/*/copyright'];
  t.true(isExcluded(options, 'usr/share/doc/bash/README', 'file'));
  t.false(isExcluded(options, 'usr/share/doc/bash/copyright', 'file'));
  t.false(isExcluded(options, 'usr/share/doc/bash', 'directory'));
  t.false(isExcluded(options, 'usr/share/doc', 'directory'));
  t.false(isExcluded(options, 'usr/bin/bash', 'file'));
});
