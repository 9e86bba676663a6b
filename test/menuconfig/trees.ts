/** Small trees for tests. */

import {readFileSync} from 'node:fs';
import {join, resolve} from 'node:path';

export const fixtures = resolve(import.meta.dirname, '../../../fixtures/menuconfig');

/** Menus, a choice, selects, numbers and texts; invisible menus and symbols. */
export const network = readFileSync(join(fixtures, 'network', 'Kconfig'), 'latin1');
