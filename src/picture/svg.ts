/** A system as an SVG 1.1 picture, of its machines in a row and what passes between them. It depends on nothing outside. */

import type {PicturedMachine, System} from './system.ts';
import {escaped, type Lettering, widthOf, wrap} from './text.ts';

/** Colours of a scheme, by the class that has them. */
export type Palette = {
  readonly paper: string;
  readonly box: string;
  readonly edge: string;
  readonly text: string;
  readonly faint: string;
  readonly link: string;
  readonly network: string;
};

export const light: Palette = {
  paper: '#ffffff',
  box: '#f3f5f8',
  edge: '#6e7781',
  text: '#1f2328',
  faint: '#57606a',
  link: '#0550ae',
  network: '#ddeeff',
};

export const dark: Palette = {
  paper: '#0d1117',
  box: '#1c222b',
  edge: '#8b949e',
  text: '#e6edf3',
  faint: '#a3adb8',
  link: '#79c0ff',
  network: '#12304f',
};

const margin = 24;
const boxWidth = 300;
const boxPadding = 16;
const gap = 88;
const arrowLength = 10;

type Style = Lettering & {readonly lineHeight: number; readonly color: 'text' | 'faint' | 'link'};

const styles = {
  title: {size: 20, bold: true, lineHeight: 27, color: 'text'},
  summary: {size: 14, lineHeight: 20, color: 'faint'},
  name: {size: 16, bold: true, lineHeight: 22, color: 'text'},
  architecture: {size: 12, lineHeight: 18, color: 'faint'},
  text: {size: 13, lineHeight: 18, color: 'text'},
  label: {size: 11, lineHeight: 16, color: 'faint'},
  link: {size: 13, lineHeight: 18, color: 'link'},
} as const satisfies Record<string, Style>;

/** The picture, as the text of an SVG file: the same system gives the same bytes. */
export function svgOf(system: System): string {
  const count = system.machines.length;
  const width = 2 * margin + count * boxWidth + (count - 1) * gap;
  const drawing = new Drawing();
  const heading = drawing.lines(system.name, styles.title, {x: margin, y: margin, width: width - 2 * margin});
  const below = drawing.lines(system.summary, styles.summary, {
    x: margin,
    y: heading + 2,
    width: width - 2 * margin,
  });
  const boxTop = below + 16;
  const boxBottom = boxTop + Math.max(...system.machines.map(heightOf));
  const centers = new Map(
    system.machines.map(({name}, index) => [name, margin + index * (boxWidth + gap) + boxWidth / 2]),
  );
  const linked = drawLinks(system, centers, boxBottom);
  const bottom = system.network === undefined ? linked.bottom : linked.bottom + 4;
  if (system.network !== undefined) drawCables(drawing, [...centers.values()], boxBottom, bottom);
  drawing.add(...linked.pieces);
  for (const [index, machine] of system.machines.entries()) {
    const x = margin + index * (boxWidth + gap);
    drawMachine(drawing, machine, {x, y: boxTop, height: boxBottom - boxTop});
  }
  const end =
    system.network === undefined
      ? bottom
      : drawNetwork(drawing, system.network, [...centers.values()], bottom);
  return document(system, drawing, {width, height: end + margin});
}

type Place = {readonly x: number; readonly y: number; readonly width: number};

/** Elements in the order they are painted. */
class Drawing {
  readonly elements: string[] = [];

  add(...elements: readonly string[]): void {
    this.elements.push(...elements);
  }

  /** Sets a text in lines, and gives the height at which they end. */
  lines(text: string, style: Style, {x, y, width}: Place, anchor: 'start' | 'middle' = 'start'): number {
    const lines = wrap(text, style, width);
    for (const [index, line] of lines.entries()) {
      // The baseline leaves a quarter of the size for what hangs below it.
      const baseline = y + index * style.lineHeight + Math.round((style.lineHeight + style.size * 0.7) / 2);
      const weight = style.bold ? ' font-weight="bold"' : '';
      const middle = anchor === 'middle' ? ' text-anchor="middle"' : '';
      this.add(
        `<text class="${style.color}" x="${x}" y="${baseline}" font-size="${style.size}"${weight}${middle}>${escaped(line)}</text>`,
      );
    }
    return y + lines.length * style.lineHeight;
  }
}

/** Draws what is in a box on a drawing, and gives where it ends. */
function contents(drawing: Drawing, machine: PicturedMachine, x: number, y: number): number {
  const width = boxWidth - 2 * boxPadding;
  let end = drawing.lines(machine.name, styles.name, {x, y, width});
  end = drawing.lines(machine.architecture, styles.architecture, {x, y: end, width});
  end = drawing.lines(machine.summary, styles.text, {x, y: end + 6, width});
  for (const {label, text} of machine.facts) {
    end = drawing.lines(label, styles.label, {x, y: end + 8, width});
    end = drawing.lines(text, styles.text, {x, y: end, width});
  }
  return end;
}

function heightOf(machine: PicturedMachine): number {
  return 2 * boxPadding + contents(new Drawing(), machine, 0, 0);
}

function drawMachine(
  drawing: Drawing,
  machine: PicturedMachine,
  {x, y, height}: {readonly x: number; readonly y: number; readonly height: number},
): void {
  drawing.add(
    `<rect class="box" x="${x}" y="${y}" width="${boxWidth}" height="${height}" rx="8" stroke-width="1.5"/>`,
  );
  contents(drawing, machine, x + boxPadding, y + boxPadding);
}

/** One arrow below another, each between the cables of its two machines, its words above it. */
function drawLinks(
  system: System,
  centers: ReadonlyMap<string, number>,
  top: number,
): {readonly pieces: readonly string[]; readonly bottom: number} {
  const drawing = new Drawing();
  let y = top + 14;
  for (const {from, to, label} of system.links) {
    const [start, end] = [centers.get(from)!, centers.get(to)!];
    const room = Math.abs(end - start) - 4 * arrowLength;
    const lines = wrap(label, styles.link, room);
    const middle = (start + end) / 2;
    const widest = Math.ceil(Math.max(...lines.map((line) => widthOf(line, styles.link))));
    const height = lines.length * styles.link.lineHeight;
    // The cable of a machine in between goes behind the words.
    drawing.add(
      `<rect class="paper" x="${middle - widest / 2 - 4}" y="${y}" width="${widest + 8}" height="${height}"/>`,
    );
    y = drawing.lines(label, styles.link, {x: middle, y, width: room}, 'middle') + 6;
    const ahead = Math.sign(end - start);
    const head = end - ahead * arrowLength;
    drawing.add(
      `<path class="arrow" d="M${start} ${y}H${head}" stroke-width="2"/>`,
      `<path class="head" d="M${end - ahead} ${y}L${head} ${y - 5}V${y + 5}Z"/>`,
    );
    y += 16;
  }
  const isBare = system.links.length === 0 && system.network === undefined;
  return {pieces: drawing.elements, bottom: isBare ? top : y};
}

function drawCables(drawing: Drawing, centers: readonly number[], top: number, bottom: number): void {
  for (const x of centers) {
    drawing.add(`<path class="cable" d="M${x} ${top}V${bottom}" stroke-width="1.5"/>`);
  }
}

function drawNetwork(drawing: Drawing, network: string, centers: readonly number[], y: number): number {
  const [left, right] = [centers[0]! - boxWidth / 2, centers.at(-1)! + boxWidth / 2];
  const place = {x: (left + right) / 2, y: y + 6, width: right - left - 2 * boxPadding};
  const height = wrap(network, styles.text, place.width).length * styles.text.lineHeight + 12;
  drawing.add(
    `<rect class="network" x="${left}" y="${y}" width="${right - left}" height="${height}" rx="${Math.min(8, height / 2)}" stroke-width="1.5"/>`,
  );
  drawing.lines(network, styles.text, place, 'middle');
  return y + height;
}

function document(
  system: System,
  {elements}: Drawing,
  {width, height}: {readonly width: number; readonly height: number},
): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title words" font-family="system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif">`,
    `<title id="title">${escaped(system.name)}</title>`,
    `<desc id="words">${escaped(description(system))}</desc>`,
    '<style>',
    ...rules(light),
    '@media (prefers-color-scheme: dark) {',
    ...rules(dark),
    '}',
    '</style>',
    `<rect class="paper" width="${width}" height="${height}"/>`,
    ...elements,
    '</svg>',
    '',
  ].join('\n');
}

/** What the picture says, for those who do not see it. */
function description({summary, machines, links, network}: System): string {
  const sentences = [
    summary,
    ...machines.map(({name, architecture, summary: what}) => `${name} (${architecture}): ${what}`),
    ...links.map(({from, to, label}) => `${from} to ${to}: ${label}`),
    ...(network === undefined ? [] : [`all on ${network}`]),
  ];
  return `${sentences.join('. ')}.`;
}

/** No custom properties: not every reader of SVG knows them. */
function rules({paper, box, edge, text, faint, link, network}: Palette): readonly string[] {
  return [
    `.paper { fill: ${paper} }`,
    `.box { fill: ${box}; stroke: ${edge} }`,
    `.network { fill: ${network}; stroke: ${edge} }`,
    `.cable { fill: none; stroke: ${edge} }`,
    `.arrow { fill: none; stroke: ${link} }`,
    `.text { fill: ${text} }`,
    `.faint { fill: ${faint} }`,
    `.link, .head { fill: ${link} }`,
  ];
}
