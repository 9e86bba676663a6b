import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import test from 'ava';
import {type Proofs, proofsPage} from '../../prove/record.ts';
import {root} from '../../prove/run.ts';

const run = {
  commit: 'abc1234',
  minutes: 12.4,
  findings: [
    {holds: true, seen: 'nfs-tcp, boot 1: 16 of 16 checks passed in 100 s'},
    {holds: false, seen: 'nfs-tcp, boot 2: 15 of 16 checks passed in 100 s\nwarning: something'},
  ],
};

test('a proof that was recorded is told line by line, also what was broken', (t) => {
  const page = proofsPage({version: 1, proofs: {'nfs-tcp': run}});
  t.true(page.includes('## nfs-tcp\n\n`./kbuild prove nfs-tcp` at abc1234, in 12 minutes:'));
  t.true(page.includes('- holds: nfs-tcp, boot 1: 16 of 16'));
  t.true(page.includes('- **broken**: nfs-tcp, boot 2: 15 of 16 checks passed in 100 s\n'));
  t.false(page.includes('warning: something'));
});

test('the page of the proofs is what was recorded, and nothing else', async (t) => {
  const proofs = JSON.parse(await readFile(join(root, 'docs/proofs.json'), 'utf8')) as Proofs;
  t.is(await readFile(join(root, 'docs/proofs.md'), 'utf8'), proofsPage(proofs));
});
