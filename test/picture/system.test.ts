import test, {type ExecutionContext} from 'ava';
import {KbuildError} from '../../src/base/diagnostic.ts';
import {machinesOf, scenarios} from '../../src/boot/index.ts';
import {systemOf} from '../../src/picture/index.ts';
import type {ImageRecipe} from '../../src/recipe/recipe.ts';

function image(role: string, more: Partial<ImageRecipe> = {}): ImageRecipe {
  const lists = {packages: [], modules: [], overlays: [], enable: [], commandLine: []};
  return {role, summary: `a ${role}`, ...lists, freeMiB: 0, ...more};
}

function recipe(...images: ImageRecipe[]) {
  const byRole = Object.fromEntries(images.map((one) => [one.role, one]));
  return {name: 'mine', summary: 'my machines', images: byRole, parameters: []};
}

test("a machine has its image's modules and units, and the drives that the proof gives it", (t) => {
  const host = image('host', {modules: ['zfs'], enable: ['a.service', 'b.target']});
  const {machines, links, network} = systemOf({...recipe(host, image('client')), prove: 'nfs-rdma'});
  t.deepEqual(
    machines.map(({name, facts}) => [name, facts.map(({text}) => text)]),
    [
      ['host', ['3 × 2 GiB NVMe', 'zfs', 'a, b.target']],
      ['client', []],
    ],
  );
  t.is(links[0]?.from, 'client');
  t.is(links[0]?.to, 'host');
  t.regex(network ?? '', /Ethernet/);
});

test('a machine is for its own architecture, or for any where the recipe leaves it open', (t) => {
  const {machines} = systemOf(recipe(image('host'), image('dpu', {arch: 'arm64'})));
  t.deepEqual(
    machines.map(({architecture}) => architecture),
    ['x86_64 or arm64', 'arm64'],
  );
});

test('of a recipe without a proof no link and no network is guessed', (t) => {
  const system = systemOf(recipe(image('one'), image('two')));
  t.deepEqual(system.links, []);
  t.is(system.network, undefined);
});

function code(t: ExecutionContext, given: Parameters<typeof systemOf>[0]): string {
  const error = t.throws(() => systemOf(given), {instanceOf: KbuildError});
  t.is(error.exit, 2);
  return error.diagnostics[0]!.code;
}

test('a recipe without machines, with an unknown scenario, or without a role of it is bad input', (t) => {
  t.is(code(t, recipe()), 'no-machines');
  t.is(code(t, {...recipe(image('host')), prove: 'nothing'}), 'unknown-scenario');
  t.is(code(t, {...recipe(image('host')), prove: 'nfs-rdma'}), 'missing-role');
});

for (const scenario of scenarios) {
  const {name, roles, links, drives, machines, memoryMiB} = scenario;
  test(`what ${name} says of machines is of its own`, (t) => {
    const all = roles.flatMap((role) => machinesOf(scenario, role));
    t.is(new Set(all).size, all.length);
    for (const {from, to, label} of links) {
      t.true(all.includes(from) && all.includes(to) && from !== to);
      t.regex(label, /\S/);
    }
    t.deepEqual(
      Object.keys({...drives, ...machines, ...memoryMiB}).filter((role) => !roles.includes(role)),
      [],
    );
  });
}
