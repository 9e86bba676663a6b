import {join} from 'node:path';
import test from 'ava';
import {KbuildError} from '../../../src/base/diagnostic.ts';
import {Store} from '../../../src/base/store.ts';
import {obtainUserland} from '../../../src/build/debian/userland.ts';
import {temporaryDirectory, temporaryWorkshop} from '../engines/workshop.ts';

for (const name of ['my cache', 'tab\tcache', 'a%20b', '[cache]', 'c#'])
  test(`a cache in ${JSON.stringify(name)}, which apt would misread, is refused`, async (t) => {
    const workshop = {...temporaryWorkshop(t), store: new Store(join(temporaryDirectory(t), name))};
    const set = {name: 'small', packages: ['bc'], closure: 'userland'} as const;
    const error = await t.throwsAsync(
      obtainUserland(workshop, set, {suite: 'bookworm', architecture: 'amd64', locked: true}),
      {instanceOf: KbuildError},
    );
    t.is(error.exit, 2);
    t.is(error.diagnostics[0]?.code, 'odd-cache-path');
    t.regex(error.diagnostics[0]?.hint ?? '', /KBUILD_CACHE/);
  });
