import test from 'ava';
import {CheckFailure, type Guest} from '../../src/boot/scenario.ts';
import {parametersExist} from '../../src/boot/scenarios/tunables.ts';
import {readCatalogue} from '../../src/recipe/catalogue.ts';
import {recipeFolders} from '../../src/recipe/folders.ts';
import {FakeMachine} from '../tunables/fake-machine.ts';

const catalogue = await readCatalogue(await recipeFolders({cwd: import.meta.dirname}));

/** A machine of a folder, of which the catalogue has these. */
function guest(...names: string[]): Guest {
  const machine = new FakeMachine();
  const tunables = catalogue.filter(({name}) => names.includes(name));
  return {
    spec: {name: 'host', role: 'host', tunables},
    run: async (command: string) => ({command, status: 0, output: machine.run(command)}),
  } as unknown as Guest;
}

const check = parametersExist(['host']);

test('what is listed is there, or its kernel lacks the symbol it needs', async (t) => {
  const evidence = await check.show(() => guest('vm.dirty_ratio', 'mountd.threads', 'vm.nr_hugepages'));
  t.is(evidence, 'host: 2 of 3, 1 with a value in effect, 1 want another kernel');
});

test('a parameter that is listed and not there is a failure that names it', async (t) => {
  const error = await t.throwsAsync(
    check.show(() => guest('vm.dirty_ratio', 'vm.min_free_kbytes')),
    {instanceOf: CheckFailure},
  );
  t.is(error.message, 'the host has no vm.min_free_kbytes, which the catalogue lists');
});
