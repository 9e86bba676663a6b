import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {Memory} from '../../src/conf/memory.ts';
import {readRememberedTree} from '../../src/conf/remembered-tree.ts';
import {toolChainWitnesses} from '../../src/conf/tool-chain.ts';
import {alldefconfig, linux61} from '../../src/kconfig/index.ts';

/** A tree below a folder of its own, with a compiler of its own: a script that runs another. */
class Tree {
  readonly folder = mkdtempSync(join(tmpdir(), 'kbuild-remembered-'));
  readonly memory = new Memory(join(this.folder, 'memory'));
  readonly environment = new Map([
    ['PATH', `${this.folder}/bin:/usr/bin:/bin`],
    ['CC', 'compiler'],
    ['srctree', this.folder],
  ]);

  constructor() {
    mkdirSync(join(this.folder, 'bin'));
    mkdirSync(join(this.folder, 'back'));
    this.write('Kconfig', 'config A\n\tstring\n\tdefault "$(shell,$(CC) $(FLAG))"\nsource "sub/Kconfig"\n');
    mkdirSync(join(this.folder, 'sub'));
    this.write('sub/Kconfig', 'config B\n\tstring\n\tdefault "$(shell,echo said >&2; echo b)"\n');
    this.program('bin/compiler', `exec ${this.folder}/back/end "$@"`);
    this.program('back/end', '[ $# -gt 0 ] || echo run >>"$srctree/runs"; echo first');
  }

  write(name: string, text: string): void {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    this.age(name);
  }

  /** As if it had been there for an hour: stat data alone decide. */
  age(name: string): void {
    const hour = new Date(Date.now() - 3_600_000);
    utimesSync(join(this.folder, name), hour, hour);
  }

  program(name: string, script: string): void {
    this.write(name, `#!/bin/sh\n${script}\n`);
    chmodSync(join(this.folder, name), 0o755);
  }

  /** The values that reading the tree gives, what was said, and whether a file was read. */
  read(kconfig = 'Kconfig'): {text: string; said: string; read: number} {
    // What a tool chain had changed in the very millisecond in which a reading begins is not remembered.
    const before = Date.now();
    while (Date.now() === before);
    let said = '';
    let read = 0;
    const model = readRememberedTree(join(this.folder, kconfig), {
      dialect: linux61,
      environment: this.environment,
      childEnvironment: () => Object.fromEntries(this.environment),
      memory: this.memory,
      readFile: (name) => {
        read++;
        const path = name.startsWith('/') ? name : join(this.folder, name);
        return {path, text: readFileSync(path, 'latin1')};
      },
      report: ({message}) => {
        said += `${message}\n`;
      },
      reportErrors: (text) => {
        said += text;
      },
    });
    const lines = alldefconfig(model).text.split('\n');
    return {text: lines.filter((line) => line.startsWith('CONFIG')).join(' '), said, read};
  }

  get runs(): number {
    return readFileSync(join(this.folder, 'runs'), 'latin1').split('\n').length - 1;
  }
}

function withTree(use: (tree: Tree) => void): void {
  const tree = new Tree();
  try {
    use(tree);
  } finally {
    rmSync(tree.folder, {recursive: true, force: true});
  }
}

test('A tree that did not change is not read again, and says again what it said.', (t) => {
  withTree((tree) => {
    const first = tree.read();
    t.is(first.text, 'CONFIG_A="first" CONFIG_B="b"');
    t.is(first.said, 'said\n');
    const second = tree.read();
    t.deepEqual({...second, read: first.read}, first);
    t.is(second.read, 0);
    t.is(tree.runs, 1);
  });
});

test('A changed file is noticed, also one of the same size and time; its commands are not run again.', (t) => {
  withTree((tree) => {
    tree.read();
    tree.write('sub/Kconfig', 'config B\n\tstring\n\tdefault "$(shell,echo said >&2; echo b)x"\n');
    t.is(tree.read().text, 'CONFIG_A="first" CONFIG_B="bx"');
    tree.write('sub/Kconfig', 'config B\n\tstring\n\tdefault "$(shell,echo said >&2; echo b)y"\n');
    t.is(tree.read().text, 'CONFIG_A="first" CONFIG_B="by"');
    t.is(tree.runs, 1);
  });
});

test('A compiler that changed behind its wrapper is asked again.', (t) => {
  withTree((tree) => {
    tree.read();
    tree.program('back/end', 'echo run >>"$srctree/runs"; echo other');
    t.is(tree.read().text, 'CONFIG_A="other" CONFIG_B="b"');
    tree.program('bin/compiler', 'echo wrapper');
    t.is(tree.read().text, 'CONFIG_A="wrapper" CONFIG_B="b"');
  });
});

test('An answer is not remembered if what it was made of changed while the tree was read.', (t) => {
  withTree((tree) => {
    const file = `${tree.folder}/file`;
    tree.write('file', 'first');
    tree.write('Kconfig', `config A\n\tstring\n\tdefault "$(shell,cat ${file}; echo other >${file})"\n`);
    t.is(tree.read().text, 'CONFIG_A="first"');
    t.is(tree.read().text, 'CONFIG_A="other"');
  });
});

test('A file of the working directory that a command names counts, there or not.', (t) => {
  const command = 'cat package.json none.json; true >"tsconfig.json"';
  const paths = toolChainWitnesses([command], new Map(), 0).map(({path}) => path);
  for (const name of ['package.json', 'none.json', 'tsconfig.json']) t.true(paths.includes(name), name);
});

test('A program that now comes first in $PATH is noticed.', (t) => {
  withTree((tree) => {
    tree.environment.set('PATH', `${tree.folder}/early:${tree.environment.get('PATH')}`);
    tree.read();
    mkdirSync(join(tree.folder, 'early'));
    tree.program('early/compiler', 'echo early');
    t.is(tree.read().text, 'CONFIG_A="early" CONFIG_B="b"');
  });
});

test('Another environment is another memory, and a variable that was not set counts.', (t) => {
  withTree((tree) => {
    tree.read();
    tree.program('bin/compiler', 'echo "flag $1"');
    t.is(tree.read().text, 'CONFIG_A="flag " CONFIG_B="b"');
    tree.environment.set('FLAG', '-x');
    t.is(tree.read().text, 'CONFIG_A="flag -x" CONFIG_B="b"');
    tree.environment.delete('FLAG');
    t.is(tree.read().text, 'CONFIG_A="flag " CONFIG_B="b"');
  });
});

test('A variable that means nothing to a compiler counts for the commands that name it.', (t) => {
  withTree((tree) => {
    tree.write('Kconfig', 'config A\n\tstring\n\tdefault "$(shell,echo $COLUMNS)"\n');
    tree.environment.set('LINES', '24');
    t.is(tree.read().text, 'CONFIG_A=""');
    tree.environment.set('LINES', '25');
    t.is(tree.read().read, 0);
    tree.environment.set('COLUMNS', '80');
    t.is(tree.read().text, 'CONFIG_A="80"');
    tree.environment.set('COLUMNS', '132');
    t.is(tree.read().text, 'CONFIG_A="132"');
    t.is(tree.read().read, 0);
  });
});

test('A tree whose commands were all asked stays remembered when another asks more.', (t) => {
  withTree((tree) => {
    const first = tree.read();
    tree.write('Other', 'config C\n\tstring\n\tdefault "$(shell,$(CC) $(FLAG)) $(shell,echo more)"\n');
    t.is(tree.read('Other').text, 'CONFIG_C="first more"');
    t.is(tree.runs, 1);
    t.deepEqual(tree.read(), {...first, read: 0});
  });
});

test('What is remembered counts only if it is whole.', (t) => {
  withTree((tree) => {
    const {text} = tree.read();
    const memory = join(tree.folder, 'memory');
    for (const name of readdirSync(memory)) {
      const path = join(memory, name);
      const whole = readFileSync(path);
      const cuts = [0, 2, 15, 100, whole.length >> 1, whole.length - 8, whole.length - 1];
      for (const bytes of [
        ...cuts.map((length) => whole.subarray(0, length)),
        Buffer.concat([whole, whole]),
      ]) {
        writeFileSync(path, bytes);
        const again = tree.read();
        t.is(again.text, text, `${name}: ${bytes.length}`);
        t.is(readFileSync(path).length, whole.length);
        t.true(again.read > 0);
      }
    }
  });
});

test('A tree with an error is not remembered, and a broken memory is none.', (t) => {
  withTree((tree) => {
    tree.write('sub/Kconfig', 'config B\n\tnonsense\n');
    t.throws(() => tree.read());
    t.throws(() => tree.read());
    tree.write('sub/Kconfig', 'config B\n\tstring\n\tdefault "fine"\n');
    t.is(tree.read().text, 'CONFIG_A="first" CONFIG_B="fine"');
    tree.memory.put('tree', ['x'], {}, [new Uint8Array(3), new Uint8Array(5)]);
    t.deepEqual(
      tree.memory.get('tree', ['x'])!.pieces.map((piece) => piece.length),
      [3, 5],
    );
    t.is(tree.memory.get('tree', ['y']), undefined);
  });
});

test('Commands whose text holds an answer run once it is known, in the order of the tree.', (t) => {
  withTree((tree) => {
    const kconfig = [
      'one := $(shell,echo 1)',
      'two := $(shell,echo $(one)2)',
      'config A',
      '\tstring',
      '\tdefault "$(two) $(shell,printf \'a\\nb\\n\\n\') $(shell,yes | tr -d "\\n")"',
      'config B',
      '\tstring',
      '\tdefault "$(shell,exit 3)$(shell,echo "it\'s")"',
      '',
    ];
    tree.write('Kconfig', kconfig.join('\n'));
    t.regex(tree.read().text, /^CONFIG_A="12 a b y{4095}" CONFIG_B="it's"$/);
    t.regex(tree.read().text, /^CONFIG_A="12 a b y{4095}" CONFIG_B="it's"$/);
  });
});
