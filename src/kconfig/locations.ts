/** Where everything that is said of a symbol stands, with the line of each, for editors and explanations. */

import {lineAndColumn} from '../base/diagnostic.ts';
import {type Expression, formatExpression} from './expression.ts';
import {type FileLine, fileLine} from './source.ts';
import type {ConfigSymbol, HelpSpan, MenuNode, Property, Select, WrittenCondition} from './symbol.ts';

/** A line, and what it says after its keyword; expressions as they were written. */
export type Declared = FileLine & {
  /** `"Networking"`, `y`, `1 16`, the name of another symbol, or an expression. */
  readonly text: string;
  /** The expression after `if`; undefined if there is none. */
  readonly condition: string | undefined;
};

/** All that the Kconfig files say of one symbol; lists are in the order of the files' reading. */
export type SymbolLocations = {
  /** The `config`, `menuconfig` or `choice` lines. */
  readonly definitions: readonly FileLine[];
  readonly prompts: readonly Declared[];
  readonly defaults: readonly Declared[];
  readonly ranges: readonly Declared[];
  /** What the symbol selects, and what it implies. */
  readonly selects: readonly Declared[];
  readonly implies: readonly Declared[];
  /** What selects the symbol, and what implies it: the lines, with the name of the symbol they belong to. */
  readonly selectedBy: readonly Declared[];
  readonly impliedBy: readonly Declared[];
  /** Its `depends on` lines, and those, the `if` and the choice prompts of the blocks around it, inside out. */
  readonly dependencies: readonly Declared[];
  /** The `visible if` lines of the menus around it, inside out. */
  readonly visibleIf: readonly Declared[];
  /** The choice it is a member of. */
  readonly choice: FileLine | undefined;
  /** The first lines of its help texts. */
  readonly helps: readonly FileLine[];
};

/** Where everything stands that the Kconfig files say of a symbol or a choice. */
export function locationsOf(symbol: ConfigSymbol): SymbolLocations {
  const reverse = (list: ConfigSymbol['selectedBy']) =>
    list.flatMap(({property}) => (property ? [declared(property, property.node.symbol!.displayName)] : []));
  const selected = (kind: Select['kind']) =>
    symbol.properties.flatMap((property) =>
      property.kind === kind ? [declared(property, property.target.displayName)] : [],
    );
  const around = symbol.nodes.map((node) => conditionsAround(node));
  return {
    definitions: symbol.nodes.map(fileLine),
    prompts: symbol.prompts.map((prompt) => declared(prompt, `"${prompt.text}"`)),
    defaults: symbol.defaults.map((property) => declared(property, formatExpression(property.value))),
    ranges: symbol.ranges.map((range) =>
      declared(range, `${range.low.displayName} ${range.high.displayName}`),
    ),
    selects: selected('select'),
    implies: selected('imply'),
    selectedBy: reverse(symbol.selectedBy),
    impliedBy: reverse(symbol.impliedBy),
    dependencies: around.flatMap(({dependencies}) => dependencies),
    visibleIf: around.flatMap(({visibleIf}) => visibleIf),
    choice: symbol.choice?.nodes[0] && fileLine(symbol.choice.nodes[0]),
    helps: symbol.nodes.flatMap(({help}) => (help ? [firstLine(help)] : [])),
  };
}

function firstLine({file, start}: HelpSpan): FileLine {
  return {file: file.name, line: lineAndColumn({file: file.name, text: file.text, start}).line};
}

function conditionsAround(node: MenuNode): {dependencies: Declared[]; visibleIf: Declared[]} {
  const dependencies: Declared[] = [];
  const visibleIf: Declared[] = [];
  for (let block: MenuNode | undefined = node; block; block = block.block) {
    dependencies.push(...block.conditions.map(writtenCondition));
    if (block === node) continue;
    visibleIf.push(...block.visibilityConditions.map(writtenCondition));
    const {prompt} = block;
    if (block.symbol?.isChoice && prompt?.written) {
      dependencies.push({...fileLine(prompt), text: formatExpression(prompt.written), condition: undefined});
    }
  }
  return {dependencies, visibleIf};
}

function writtenCondition(condition: WrittenCondition): Declared {
  return {...fileLine(condition), text: formatExpression(condition.expression), condition: undefined};
}

function declared(property: Property, text: string): Declared {
  return {...fileLine(property), text, condition: formatCondition(property.written)};
}

function formatCondition(condition: Expression | undefined): string | undefined {
  return condition && formatExpression(condition);
}
