/** Values of parameters that do not go together: what a file says of its own, and whether they are these. */

import type {Diagnostic} from '../base/diagnostic.ts';
import {placeAt} from './document.ts';
import type {Loaded} from './load.ts';
import {parametersHold, type Scope} from './parameters.ts';
import type {PartFile, RecipeFile} from './schema.ts';

/** What a file refuses of the values it is filled in with; the place is where one of them was said, if somebody said one. */
export function refusalsOf(
  {file, name}: Loaded<PartFile | RecipeFile>,
  scope: Scope,
  faults: Diagnostic[],
): readonly Diagnostic[] {
  return (file?.refuses ?? []).flatMap(({parameters, why}, index): Diagnostic[] => {
    const before = faults.length;
    const path = ['refuses', index, 'parameters'];
    if (!parametersHold(parameters, scope, path, faults) || faults.length > before) return [];
    const names = Object.keys(parameters);
    const said = names.map((one) => scope.saidAt?.get(one)).filter((one) => one !== undefined);
    return [
      {
        severity: 'error',
        code: 'refused-parameters',
        message: `${name} is not made with ${names.map((one) => `${one} = ${scope.values.get(one)}`).join(' and ')}: ${why}`,
        place: said.at(-1) ?? placeAt(scope.document, path),
      },
    ];
  });
}
