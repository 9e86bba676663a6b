import test from 'ava';
import {linux510, restoreModel, Session, storeModel} from '../../src/kconfig/index.ts';
import type {SearchScope} from '../../src/menuconfig/screen.ts';
import {placesOf, SymbolSearch} from '../../src/menuconfig/search.ts';
import {parse} from '../kconfig/tree.ts';

const text = `
mainmenu "Test"
config NET
	bool "Networking support"
	help
	  Whoever wants a network needs this.
if NET
menu "File systems"
config NFS_FS
	bool "Client for files of others"
	help
	  Mounts what a server
	  shares.
config NFS
	bool "Network file systems"
config SERVER
	bool "NFS server"
	depends on NFS
config ROOT_NFS
	bool "Root on NFS"
	help
	  It was set up by J\xc3\xb6rg.
endmenu
endif
config HIDDEN
	bool
`;
const model = parse(text);

function found(query: string, scope: SearchScope = 'all'): readonly string[] {
  const {hits} = new SymbolSearch(model).find(Session.of(model), query, scope);
  return hits.map(({symbol, matched}) => (matched === 'symbol' ? symbol : `${symbol} by ${matched}`));
}

function errorOf(query: string): string | undefined {
  return new SymbolSearch(model).find(Session.of(model), query, 'all').error;
}

test('The symbol of the name comes first, then names that begin so, other names, prompts and help texts.', (t) => {
  t.deepEqual(found('nfs'), ['NFS', 'NFS_FS', 'ROOT_NFS', 'SERVER by prompt']);
  t.deepEqual(found('net'), ['NET', 'NFS by prompt']);
  t.deepEqual(found('server'), ['SERVER', 'NFS_FS by help']);
});

test('A query may have CONFIG_ before the name, in any case.', (t) => {
  t.deepEqual(found('CONFIG_NFS'), found('nfs'));
  t.deepEqual(found('config_root'), ['ROOT_NFS']);
  t.deepEqual(found('^CONFIG_NFS$'), ['NFS']);
  t.deepEqual(found(''), []);
  t.deepEqual(found('CONFIG_'), []);
});

test('Of several words a symbol has all, wherever they are.', (t) => {
  t.deepEqual(found('nfs client'), ['NFS_FS by prompt']);
  t.deepEqual(found('network file'), ['NFS by prompt']);
  t.deepEqual(found('nfs shares'), ['NFS_FS by help']);
  t.deepEqual(found('nfs shares', 'symbol'), []);
});

test('A scope searches nothing else.', (t) => {
  t.deepEqual(found('nfs', 'symbol'), ['NFS', 'NFS_FS', 'ROOT_NFS']);
  t.deepEqual(found('nfs', 'prompt'), ['SERVER by prompt', 'ROOT_NFS by prompt']);
  t.deepEqual(found('network', 'help'), ['NET by help']);
});

test('A query with special characters is a regular expression; one that is none says so and is taken as words.', (t) => {
  t.deepEqual(found('^(nfs|net)$'), ['NET', 'NFS']);
  t.deepEqual(found('nfs.'), ['NFS_FS', 'SERVER by prompt']);
  t.deepEqual(found('^[[:alpha:]]{3}$', 'symbol'), ['NET', 'NFS']);
  t.deepEqual(found('^shares', 'help'), ['NFS_FS by help']);
  t.is(errorOf('^(nfs|net)$'), undefined);
  t.is(errorOf('(nfs'), 'a ) is missing');
  t.deepEqual(found('[nfs'), []);
});

test('Letters beyond ASCII are found and shown as people write them.', (t) => {
  t.deepEqual(found('jörg'), ['ROOT_NFS by help']);
});

test('A hit has the type, the value and the prompt; all that match are counted.', (t) => {
  const session = Session.of(model, 'CONFIG_NET=y\n');
  const {hits, symbols, total} = new SymbolSearch(model).find(session, 'net', 'symbol');
  t.deepEqual(hits, [
    {symbol: 'NET', type: 'bool', value: 'y', prompt: 'Networking support', matched: 'symbol'},
  ]);
  t.deepEqual(symbols, [model.find('NET')!]);
  t.is(total, 1);
});

test('A tree that was stored is searched as the one that was parsed.', (t) => {
  const stored = restoreModel(storeModel(model)!, model.dialect, () => text)!;
  for (const query of ['nfs', 'e', '^n', 'network file']) {
    const [hits, same] = [model, stored].map(
      (one) => new SymbolSearch(one).find(Session.of(one), query, 'all').hits,
    );
    t.deepEqual(same, hits);
  }
});

test('What was read ahead makes no difference.', (t) => {
  const search = new SymbolSearch(model);
  let pieces = 1;
  while (search.readAhead()) pieces++;
  t.true(pieces >= 3);
  const names = search.find(Session.of(model), 'nfs', 'all').hits.map(({symbol}) => symbol);
  t.deepEqual(names, ['NFS', 'NFS_FS', 'ROOT_NFS', 'SERVER']);
});

test('Places are numbered where mconf numbers them, and lead to the innermost entry that is visible.', (t) => {
  const session = Session.of(model, 'CONFIG_NET=y\n');
  const {details, places} = placesOf(session, model.find('SERVER')!);
  t.deepEqual(details, [
    'Symbol: SERVER [=n]',
    'Type  : bool',
    'Defined at Kconfig:16',
    '  Prompt: NFS server',
    '  Depends on: NET [=y] && NFS [=n]',
    '  Location:',
    '    -> Networking support (NET [=y])',
    '      -> File systems',
    '(1)     -> Network file systems (NFS [=n])',
    '          -> NFS server (SERVER [=n])',
  ]);
  t.deepEqual(
    places.map(({prompt}) => prompt?.text),
    ['Network file systems'],
  );
  session.set('NFS', 'y');
  const [, ...rest] = placesOf(session, model.find('SERVER')!).details.slice(-2);
  t.deepEqual(rest, ['(1)       -> NFS server (SERVER [=n])']);
  t.deepEqual(placesOf(session, model.find('HIDDEN')!).places, []);
});

test('Linux 5.10 numbers the menu around an entry that is visible, and goes to the entry.', (t) => {
  const older = parse(text, linux510);
  const session = Session.of(older, 'CONFIG_NET=y\n');
  const {details, places} = placesOf(session, older.find('NFS_FS')!);
  t.deepEqual(details.slice(-2), ['    -> Networking support (NET [=y])', '(1)   -> File systems']);
  t.is(places[0]?.symbol?.name, 'NFS_FS');
});
