import test, {type ExecutionContext} from 'ava';
import type {System} from '../../src/picture/index.ts';
import {dark, light, type Palette, svgOf} from '../../src/picture/svg.ts';
import {widthOf, wrap} from '../../src/picture/text.ts';

const words = 'a storage server that keeps what many clients write and gives it back to them '.repeat(4);

function system(names: readonly string[], more: Partial<System> = {}): System {
  const machines = names.map((name, index) => ({
    name,
    architecture: 'x86_64',
    summary: words.slice(0, 8 + 60 * index),
    facts: [{label: 'starts', text: 'one-very-long-name-of-a-unit-that-is-longer-than-a-line@.mount, b, c'}],
  }));
  return {name: 'mine', summary: 'my machines', machines, links: [], ...more};
}

const systems: readonly (readonly [string, System])[] = [
  ['one machine', system(['host'])],
  ['two machines', system(['host', 'client'], {links: [{from: 'client', to: 'host', label: 'NFS'}]})],
  [
    'five machines with links over one another',
    system(['mgs', 'mds', 'oss-0', 'oss-1', 'client'], {
      network: words,
      links: [
        {from: 'client', to: 'mgs', label: words},
        {from: 'client', to: 'mgs', label: 'once more'},
        {from: 'mgs', to: 'client', label: 'and back'},
        {from: 'mds', to: 'mgs', label: 'the configuration'},
        {from: 'oss-0', to: 'oss-1', label: 'ostensibly'},
        {from: 'mgs', to: 'oss-1', label: words.slice(0, 100)},
      ],
    }),
  ],
  [
    'names longer than a line, and characters that are wider than any letter',
    system(['w'.repeat(120), `m-${'i'.repeat(200)}`], {
      name: 'W'.repeat(300),
      summary: '存储服务器'.repeat(60),
      network: '🖧'.repeat(200),
      links: [{from: 'w'.repeat(120), to: `m-${'i'.repeat(200)}`, label: '網'.repeat(90)}],
    }),
  ],
];

type Box = {readonly text: string; left: number; right: number; top: number; bottom: number};

/** The room that each text of a picture takes at most. */
function textBoxes(svg: string): readonly Box[] {
  return [...svg.matchAll(/<text class="\w+" ([^>]*)>([^<]*)<\/text>/g)].map(
    ([, attributes = '', text = '']) => {
      const number = (name: string): number =>
        Number(new RegExp(`\\b${name}="([\\d.]+)"`).exec(attributes)?.[1]);
      const size = number('font-size');
      const width = widthOf(text, {size, bold: attributes.includes('bold')});
      const left = attributes.includes('middle') ? number('x') - width / 2 : number('x');
      const baseline = number('y');
      return {text, left, right: left + width, top: baseline - 0.8 * size, bottom: baseline + 0.25 * size};
    },
  );
}

for (const [what, one] of systems) {
  test(`of ${what}, no text is over another or outside`, (t) => {
    const svg = svgOf(one);
    const [, width = 0, height = 0] = (/viewBox="0 0 (\d+) (\d+)"/.exec(svg) ?? []).map(Number);
    const boxes = textBoxes(svg);
    t.true(boxes.length > 3);
    for (const [index, box] of boxes.entries()) {
      t.true(box.left >= 0 && box.right <= width && box.top >= 0 && box.bottom <= height, box.text);
      const over = boxes
        .slice(index + 1)
        .find(
          (other) =>
            box.left < other.right &&
            other.left < box.right &&
            box.top < other.bottom &&
            other.top < box.bottom,
        );
      t.is(over, undefined, box.text);
    }
    for (const [, from = 0, y = 0, to = 0] of [
      ...svg.matchAll(/class="arrow" d="M([\d.]+) ([\d.]+)H([\d.]+)"/g),
    ].map((match) => match.map(Number))) {
      const [left, right] = [Math.min(from, to), Math.max(from, to)];
      const under = boxes.find(
        (box) => box.left < right && left < box.right && box.top < y && y < box.bottom,
      );
      t.is(under, undefined, `the arrow at ${y}`);
    }
  });
}

test('the same system gives the same picture', (t) => {
  for (const [, one] of systems) t.is(svgOf(one), svgOf(structuredClone(one)));
});

test('a picture is XML whatever the texts hold, and takes nothing from elsewhere', (t) => {
  const odd = system(['a'], {name: 'a<b>&"c"', summary: 'x\u0001y\uD800z <script>alert(1)</script>'});
  const svg = svgOf(odd);
  t.true(svg.includes('<title id="title">a&lt;b&gt;&amp;&quot;c&quot;</title>'));
  t.true(svg.includes('x\uFFFDy\uFFFDz &lt;script&gt;alert(1)&lt;/script&gt;'));
  const open: string[] = [];
  const texts = svg.replaceAll(/<(\/?)(\w+)(?: [\w:-]+="[^"<]*")*(\/?)>/g, (_, close, name, empty) => {
    if (close) t.is(open.pop(), name);
    else if (!empty) open.push(name);
    return '';
  });
  t.deepEqual(open, []);
  t.notRegex(texts, /[<>]|&(?!(?:lt|gt|amp|quot);)/);
  t.notRegex(svg, /<script|href|url\(|@import|@font-face/);
  t.is([...svg.matchAll(/https?:/g)].length, 1, 'the name of the name space alone');
});

test('a text is broken between words, and inside of one that is longer than a line', (t) => {
  const lettering = {size: 10};
  const lines = wrap(`short words ${'x'.repeat(40)} end`, lettering, 100);
  t.deepEqual(lines.join(' ').replaceAll(' ', ''), `shortwords${'x'.repeat(40)}end`);
  t.true(lines.every((line) => widthOf(line, lettering) <= 100));
  t.is(lines[0], 'short words');
  t.deepEqual(wrap('', lettering, 100), []);
});

/** WCAG 2.1: relative luminance and contrast ratio. */
function contrast(one: string, other: string): number {
  const luminance = (color: string): number => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
      const channel = Number.parseInt(color.slice(at, at + 2), 16) / 255;
      return channel <= 0.039_28 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

function readable(t: ExecutionContext, palette: Palette): void {
  const {paper, box, network, text, faint, link, edge} = palette;
  for (const [ink, under] of [
    [text, paper],
    [text, box],
    [text, network],
    [faint, paper],
    [faint, box],
    [link, paper],
  ] as const) {
    t.true(contrast(ink, under) >= 4.5, `${ink} on ${under}: ${contrast(ink, under)}`);
  }
  t.true(contrast(edge, paper) >= 3);
}

test('every text has the contrast that WCAG asks for, on light and on dark', (t) => {
  readable(t, light);
  readable(t, dark);
});
