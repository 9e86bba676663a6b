/** The smallest inputs an image can be made of. */

import {mkdir, symlink, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {captureStep} from '../../src/base/process.ts';
import {Store, type Workshop} from '../../src/base/store.ts';
import type {ImageSpec} from '../../src/image/spec.ts';

const unit = '[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n';

export async function writeTree(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), {recursive: true});
    await writeFile(join(root, path), content);
  }
}

/** A spec whose files lie below `dir`: a userland of a few files, a kernel of random-looking bytes. */
export async function smallSpec(dir: string): Promise<ImageSpec> {
  await writeTree(join(dir, 'root'), {
    'etc/shadow': 'root:*:1:0:99999:7:::\ndaemon:*:1:0:99999:7:::\n',
    'etc/ssh/ssh_host_rsa_key': 'not a secret of each image\n',
    'etc/systemd/system/.keep': '',
    'usr/lib/systemd/system/given.service': unit,
    'usr/lib/systemd/system/gone.service': unit,
  });
  await symlink('usr/lib', join(dir, 'root/lib'));
  const tar = join(dir, 'userland/rootfs.tar');
  await mkdir(dirname(tar));
  const owned = ['--owner=0', '--group=0', '--sort=name', '--mtime=@0'];
  await captureStep(['tar', '-C', join(dir, 'root'), ...owned, '-cf', tar, '.']);
  await writeTree(join(dir, 'kernel'), {
    vmlinuz: 'kernel '.repeat(1000),
    'modules/lib/modules/6.1.0/modules.dep': 'kernel/a.ko: kernel/b.ko\nkernel/b.ko:\n',
    'modules/lib/modules/6.1.0/kernel/a.ko': 'module a',
    'modules/lib/modules/6.1.0/kernel/b.ko': 'module b',
  });
  await writeTree(join(dir, 'overlay'), {
    'etc/motd': 'hello\n',
    'usr/lib/systemd/system/own.service': unit,
    'usr/lib/systemd/system-preset/50-own.preset': 'enable own.service\n',
  });
  return {
    recipe: 'small',
    architecture: 'x86_64',
    image: {
      role: 'host',
      summary: '',
      packages: [],
      modules: [],
      overlays: [join(dir, 'overlay')],
      enable: ['given.service'],
      commandLine: ['quiet'],
      freeMiB: 16,
    },
    userland: {tar, digest: 'u'},
    kernel: {
      release: '6.1.0',
      digest: 'k',
      vmlinuz: join(dir, 'kernel/vmlinuz'),
      modules: join(dir, 'kernel/modules'),
    },
    initramfsModules: ['a'],
    access: {authorizedKeys: ['ssh-ed25519 AAAA someone']},
    proofCommandLines: {host: ['console=ttyS0']},
  };
}

export function workshopIn(dir: string): Workshop {
  return {
    store: new Store(join(dir, 'store')),
    report: () => undefined,
    signal: new AbortController().signal,
    logDir: join(dir, 'logs'),
  };
}
