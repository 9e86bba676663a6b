import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {goldenWalk, releases} from './golden-walks.ts';
import {dialogsOf, firstDifference} from './mconf-walk.ts';
import {fixtures} from './trees.ts';

for (const release of Object.keys(releases)) {
  test(`A walk through all menus shows what mconf of Linux ${release} shows, and leaves its .config.`, (t) => {
    const read = (name: string) => readFileSync(join(fixtures, 'network', `${name}-${release}`), 'latin1');
    const output = read('mconf');
    const {walk, config} = goldenWalk(release);
    t.is(firstDifference(walk, output), undefined);
    t.true(dialogsOf(output).length > 400);
    t.is(config, read('config'));
  });
}
