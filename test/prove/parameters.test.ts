import test from 'ava';
import {shown} from '../../prove/parameters.ts';
import {readCatalogue, tuningOf} from '../../src/recipe/catalogue.ts';
import {recipeFolders} from '../../src/recipe/folders.ts';
import {readRecipe} from '../../src/recipe/read.ts';
import {isTunableOf} from '../../src/recipe/tunable.ts';
import {tunableKinds} from '../../src/recipe/tunable-schema.ts';

const folders = await recipeFolders({cwd: import.meta.dirname});
const catalogue = await readCatalogue(folders);

test('of every kind of parameters something is shown', (t) => {
  const kinds = new Set(Object.values(shown).flatMap((all) => all.map(({kind}) => kind)));
  t.deepEqual([...kinds].sort(), [...tunableKinds].sort());
});

for (const [recipe, kinds] of Object.entries(shown)) {
  test(`what is shown of ${recipe} is of its machines, acts when it is said to, and is refused where it is out of range`, async (t) => {
    const {images} = await readRecipe(recipe, {folders});
    for (const {kind, on, now, waiting, refused} of kinds) {
      const ofRole = on.includes('.') ? Object.values(images) : [images[on]!];
      const known = catalogue.filter((tunable) => ofRole.some((image) => isTunableOf(tunable, image)));
      const tuning = (setting: string) => {
        const [name, value] = setting.split('=') as [string, string];
        return tuningOf(name, value, known, recipe);
      };
      for (const setting of [...now, ...(waiting?.settings ?? []), refused[1]]) {
        const taken = tuning(setting);
        t.false('severity' in taken, setting);
        if ('severity' in taken) continue;
        if (setting !== refused[1]) {
          t.is(taken.tunable.kind, kind, setting);
          t.is(taken.tunable.effect === 'now', now.includes(setting), setting);
        }
      }
      const wrong = tuning(refused[0]);
      t.is(known.find(({name}) => name === refused[0].split('=')[0])?.kind, kind, refused[0]);
      t.true('severity' in wrong && wrong.code === 'wrong-parameter', refused[0]);
    }
  });
}
