import test from 'ava';
import {dialects, linux61, linux612, recogniseDialect} from '../../src/kconfig/index.ts';

/** The lines of the C tool's source that tell its features. */
const sourceOf612: Readonly<Record<string, string>> = {
  'scripts/kconfig/parser.y': `
struct menu *current_menu, *current_entry, *current_choice;
config_option: T_MODULES T_EOL
choice_option: T_BOOL T_WORD_QUOTE if_expr T_EOL
depends: T_DEPENDS T_ON expr T_EOL
"choice value has a prompt outside its choice group"
zconfprint("warning: menuconfig statement without prompt");`,
  'scripts/kconfig/confdata.c': `
getline_stripped
SYMBOL_WRITTEN
if (strcmp(p, "is not set"))
conf_warning("unexpected data: %s", line);
conf_warning("unexpected data: %s", line);
menu_for_each_entry(menu)
end_check:
print_symbol_for_autoconf
include/generated/rustc_cfg
struct gstr autoconf_cmd;
KCONFIG_WERROR`,
  'scripts/kconfig/symbol.c': 'newval.val = "0x0";',
  'scripts/kconfig/lexer.l': 'int source_lineno; if (current_buf) { recur_include',
  'scripts/kconfig/expr.c': 'HASHTABLE_DEFINE(expr_hashtable, EXPR_HASHSIZE);',
  'scripts/kconfig/internal.h': '#define SYMBOL_HASHSIZE\t\t(1U << 14)',
  'scripts/kconfig/menu.c': 'if (location == NULL && menu_is_visible(menu))',
  'scripts/kconfig/conf.c':
    'input_mode_opt menu_for_each_entry(menu) mod2noconfig printf("KCONFIG_SEED=0x%X\\n", seed);',
};

test('A tree is recognised by the source of its own tool.', (t) => {
  t.is(
    recogniseDialect((path) => sourceOf612[path]),
    linux612,
  );
});

test('What a stable release took over from a newer one is a feature beside the name of the nearest dialect.', (t) => {
  const patched = {...sourceOf612, 'scripts/kconfig/util.c': 'error: repeated inclusion of %s'};
  t.deepEqual(
    recogniseDialect((path) => (patched as Record<string, string>)[path]),
    {...linux612, repeatedSource: 'error'},
  );
});

test('A tree without the tool has no dialect.', (t) => {
  t.is(
    recogniseDialect(() => undefined),
    undefined,
  );
});

test('Each dialect has a name of its own.', (t) => {
  t.is(new Set(dialects.map(({name}) => name)).size, dialects.length);
  t.true(dialects.includes(linux61));
});
