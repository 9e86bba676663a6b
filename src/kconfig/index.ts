/** A Kconfig engine that behaves as `scripts/kconfig` does: parse a tree once, evaluate many configurations. */

export {type AskOptions, ask, type Conversation, newSymbols} from './ask.ts';
export {type AutoconfTexts, writeAutoconf} from './autoconf.ts';
export {askBusybox, type BusyboxAnswers, InputEnded} from './busybox-ask.ts';
export {
  type BusyboxTexts,
  type BusyboxTime,
  readBusyboxAssignments,
  readBusyboxConfig,
  writeBusyboxConfig,
} from './busybox-config.ts';
export {type BusyboxInput, type BusyboxMode, type BusyboxResult, busyboxConfig} from './busybox-modes.ts';
export {BusyboxValues} from './busybox-values.ts';
export {type ChangedInput, changedInput, changedInputWarning} from './changed-input.ts';
export {
  type Consequence,
  compareConfigurations,
  type Difference,
  type DifferenceCause,
} from './compare.ts';
export {type Conditions, nothing, recordKind, relations} from './conditions.ts';
export {
  type DefinitionDescription,
  describeSymbol,
  type LineDescription,
  type MenuStep,
  menuTitles,
  type Raising,
  type SymbolDescription,
} from './describe.ts';
export {
  buildroot,
  busybox,
  type Dialect,
  dialects,
  kconfiglib,
  linux61,
  linux72,
  linux510,
  linux612,
  recogniseDialect,
  uboot,
  zephyr,
} from './dialect.ts';
export {
  formatConfigLine,
  formatListLine,
  type ReadOptions,
  readAssignments,
  writeConfig,
  writeDefconfig,
} from './dotconfig.ts';
export {
  type Blocking,
  type Cause,
  explainUnmet,
  type Selector,
  type SymbolNeed,
  type SymbolReason,
} from './explain.ts';
export {type Expression, formatExpression, holds, type Relation, type Tristate} from './expression.ts';
export {helpText} from './help.ts';
export {
  kconfiglibLine,
  readKconfiglibConfig,
  writeKconfiglibConfig,
  writeKconfiglibHeader,
  writeKconfiglibMinimal,
} from './kconfiglib-config.ts';
export type {KconfiglibModel, KconfiglibSymbol} from './kconfiglib-model.ts';
export {type KconfiglibAll, newKconfiglibSymbols, setAllKconfiglib} from './kconfiglib-modes.ts';
export {parseKconfiglib} from './kconfiglib-parser.ts';
export type {KconfiglibFunction, KconfiglibSources} from './kconfiglib-sources.ts';
export {KconfiglibValues} from './kconfiglib-values.ts';
export {compareTexts, isValidText} from './literal.ts';
export {type Declared, locationsOf, type SymbolLocations} from './locations.ts';
export {menuHelp, type NumberedSearchText, numberedSearchText, searchText} from './menu-help.ts';
export {
  type ConfigFile,
  contentOf,
  Merge,
  type MergeChange,
  type MergedLine,
  type MergeOptions,
  type MergeRules,
  mergeFragments,
  recogniseMergeRules,
} from './merge.ts';
export {checkMerged, type MergeCheck, type UnmetRequest, unmetRequests} from './merge-check.ts';
export {KconfigModel, type SymbolTexts} from './model.ts';
export {
  alldefconfig,
  allmodconfig,
  allnoconfig,
  allyesconfig,
  type ConfigResult,
  defconfig,
  evaluate,
  loadConfig,
  type Mode,
  mod2noconfig,
  mod2yesconfig,
  olddefconfig,
  rewriteTristates,
  savedefconfig,
  setNewSymbols,
  yes2modconfig,
} from './modes.ts';
export {nearestNames} from './names.ts';
export {numberText, parseSigned} from './numbers.ts';
export {parseKconfig} from './parser.ts';
export {type Printed, printed} from './printed.ts';
export {type Probability, randomize, readProbability} from './randconfig.ts';
export {Random} from './random.ts';
export {chainsTo, type Link, type LinkKind} from './reach.ts';
export {chainWords, needWords, otherValues, placeWords} from './reason-words.ts';
export {restoreModel} from './restore-model.ts';
export {scanKconfig} from './scan.ts';
export {type Accepted, type Change, type Refused, Session, type Shown, type Snapshot} from './session.ts';
export {type FileLine, fileLine, type KconfigSources, type Location, type SourceFile} from './source.ts';
export {storeModel} from './store-model.ts';
export {layoutVersion} from './stored-layout.ts';
export {
  ConfigSymbol,
  isLogical,
  MenuNode,
  type Prompt,
  type Property,
  type SymbolType,
} from './symbol.ts';
export {
  autoConfDependencies,
  changedNames,
  dependenciesPath,
  kconfigDependencies,
  touchPath,
} from './sync.ts';
export {Evaluation} from './values.ts';
export {explainValue, type ValueReason, type ValueSource, type ValueStep} from './why.ts';
