import test from 'ava';
import type {ContainerStep, Mount} from '../../../src/build/container.ts';
import {launchContainer} from '../../../src/build/engines/client.ts';
import {commandOf, emptyParents, inMountOrder} from '../../../src/build/engines/engine.ts';

function mount(target: string): Mount {
  return {source: '/somewhere', target, readOnly: true};
}

test('a step runs under a fixed environment and its own additions, and nothing else', (t) => {
  const command = commandOf({argv: ['make', 'all'], mounts: [], environment: {ARCH: 'x86', TZ: 'CET'}});
  t.deepEqual(command.slice(0, 2), ['env', '-i']);
  t.deepEqual(command.slice(-2), ['make', 'all']);
  t.true(command.includes('ARCH=x86'));
  t.true(command.includes('SOURCE_DATE_EPOCH=1767225600'));
  t.deepEqual(
    command.filter((word) => word.startsWith('TZ=')),
    ['TZ=CET'],
  );
});

test('a directory of the root gets an empty file system where mounts go below it and none over it', (t) => {
  t.deepEqual(emptyParents([mount('/in/zfs'), mount('/in/qtfs'), mount('/out')]), ['/in']);
  t.deepEqual(emptyParents([mount('/src'), mount('/src/scripts'), mount('/tmp/x')]), []);
});

test('outer mounts come before inner ones, whatever their order in the step', (t) => {
  const ordered = inMountOrder([mount('/in/a/b'), mount('/in'), mount('/in/a')]);
  t.deepEqual(
    ordered.map(({target}) => target),
    ['/in', '/in/a', '/in/a/b'],
  );
});

test('a path with commas and quotes is one field of a mount', (t) => {
  const client = {argv: ['podman'], remove: ['rm'], showLabel: (label: string) => label};
  const step: ContainerStep = {
    argv: ['true'],
    mounts: [{source: '/odd, "path"', target: '/in/x', readOnly: true}],
  };
  const {argv} = launchContainer(client, ['--flag'], ['image'], step);
  t.true(argv.includes('--mount=type=bind,"source=/odd, ""path""",target=/in/x,readonly'));
  t.true(argv.includes('--network=none'));
  t.false(argv.includes('--interactive'));
});

test('every container has a name and an owner of its own', (t) => {
  const client = {argv: ['podman'], remove: ['rm'], showLabel: (label: string) => label};
  const names = [1, 2].map(() => {
    const {argv} = launchContainer(client, [], [], {argv: ['true'], mounts: []});
    return argv.find((word) => word.startsWith('--name='));
  });
  t.regex(names[0] ?? '', new RegExp(`^--name=kbuild-${process.pid}-\\d+-\\d+$`));
  t.not(names[0], names[1]);
});
