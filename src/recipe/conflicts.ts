/** What parts cannot be beside: what they say of it, and where a recipe has both all the same. */

import type {Diagnostic} from '../base/diagnostic.ts';
import {allBoth, conditionOf} from './condition.ts';
import {formatPlace} from './goals.ts';
import type {Loaded} from './load.ts';
import {parametersHold, type Scope} from './parameters.ts';
import type {ConditionalConflict, Layer} from './recipe.ts';
import type {PartFile, RecipeFile} from './schema.ts';

/** What a part says it cannot be beside, without what its parameters rule out. A recipe says nothing of the kind. */
export function conflictsOf(
  {file}: Loaded<PartFile | RecipeFile>,
  scope: Scope,
  faults: Diagnostic[],
): readonly ConditionalConflict[] {
  const conflicts = file !== undefined && 'conflicts' in file ? (file.conflicts ?? []) : [];
  return conflicts.flatMap(({part, module, why, when}, index) => {
    const counts = parametersHold(
      when?.parameters,
      scope,
      ['conflicts', index, 'when', 'parameters'],
      faults,
    );
    const origin = part ?? `modules/${module}`;
    return counts ? [{conflict: {origin, why}, when: conditionOf(when)}] : [];
  });
}

/** Parts and modules that are used beside one another, on some architecture and kernel, although one says they cannot be. */
export function conflictsAmong(layers: readonly Layer[]): readonly Diagnostic[] {
  return layers.flatMap((layer) =>
    layer.conflicts.flatMap(({conflict: {origin, why}, when}): Diagnostic[] => {
      const where = allBoth(layer.applies, [when]);
      const other = layers.find((one) => one.origin === origin && allBoth(one.applies, where).length > 0);
      if (other?.usedAt === undefined || layer.usedAt === undefined) return [];
      return [
        {
          severity: 'error',
          code: 'parts-conflict',
          message: `${layer.origin} cannot be beside ${other.origin} (${formatPlace(other.usedAt)}): ${why}`,
          place: layer.usedAt,
          hint: 'take one of the two out, or say with `when` where each counts',
        },
      ];
    }),
  );
}
