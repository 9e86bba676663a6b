import test from 'ava';
import {parseKconfig} from '../../src/kconfig/index.ts';
import {areContradicted, explainContradiction} from '../../src/solve/contradiction.ts';

function modelOf(kconfig: string) {
  return parseKconfig('Kconfig', {readFile: () => kconfig, environment: new Map(), shell: () => ''});
}

/** Lines of the core of demands such as `A=y`, as `line: text`. */
function core(kconfig: string, ...demands: readonly string[]) {
  const model = modelOf(kconfig);
  const wanted = demands.map((demand) => {
    const [name, value] = demand.split('=') as [string, string];
    return {symbol: model.find(name)!, values: [value]};
  });
  const found = explainContradiction(model, wanted);
  if (found) {
    for (const line of found.lines) {
      const others = {...found, lines: found.lines.filter((other) => other !== line)};
      if (areContradicted(model, others)) throw new Error(`${line.text} is to spare`);
    }
  }
  return found?.lines.map(({place, text}) => `${place.line}: ${text}`);
}

const implied = `config ALL
	bool "All"
	imply CODEC

config BUS
	bool "Bus"

menu "Codecs"
	depends on BUS

config CODEC
	bool "Codec"

endmenu
`;

test('what an imply gives is bound by the lines that the symbol depends on', (t) => {
  t.deepEqual(core(implied, 'CODEC=y', 'BUS=n'), ['9: CODEC depends on BUS']);
  t.is(core(implied, 'CODEC=y', 'ALL=n'), undefined);
});

test('of several definitions with an imply each is bound by its own lines', (t) => {
  const twice = `${implied}
config OTHER
	bool "Other"

config CODEC
	bool
	depends on OTHER
`;
  t.deepEqual(core(twice, 'CODEC=y', 'BUS=n', 'OTHER=n'), [
    '9: CODEC depends on BUS',
    '21: CODEC depends on OTHER',
  ]);
  t.is(core(twice, 'CODEC=y', 'ALL=y', 'BUS=n'), undefined);
});
