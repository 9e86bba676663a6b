/** Writes fixtures/menuconfig/terminal anew: `node dist/test/menuconfig/terminal/write-screens.js`, then read them. */

import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fixtureFolder, painted, sizes} from './painted.ts';
import {screens} from './screens.ts';

mkdirSync(fixtureFolder, {recursive: true});
for (const [name, screen] of Object.entries(screens)) {
  for (const size of sizes) {
    writeFileSync(join(fixtureFolder, `${name}-${size.columns}x${size.rows}.txt`), painted(screen, size));
  }
}
