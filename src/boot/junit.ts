/** Boot reports as JUnit XML, in the dialect that CI servers read: one testsuite a scenario. */

import type {BootReport, CheckResult} from './report.ts';

/** The reports as one JUnit document. */
export function junitXml(reports: readonly BootReport[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${reports.map(suite).join('')}</testsuites>\n`;
}

function suite(report: BootReport): string {
  const count = (outcome: CheckResult['outcome']): number =>
    report.checks.filter((check) => check.outcome === outcome).length;
  const attributes = [
    `name="${escaped(report.scenario)}"`,
    `tests="${report.checks.length}"`,
    `failures="${count('failed')}"`,
    'errors="0"',
    `skipped="${count('not-run')}"`,
    `time="${seconds(report.durationMs)}"`,
  ];
  const properties = [
    property('acceleration', report.acceleration.kind),
    property('cpu', report.acceleration.cpu),
    ...report.machines.map((machine) => property(`${machine.name}.console`, machine.logs.console)),
  ];
  const cases = report.checks.map((check) => testCase(report.scenario, check));
  return (
    ` <testsuite ${attributes.join(' ')}>\n  <properties>\n${properties.join('')}  </properties>\n` +
    `${cases.join('')} </testsuite>\n`
  );
}

function property(name: string, value: string): string {
  return `   <property name="${escaped(name)}" value="${escaped(value)}"/>\n`;
}

function testCase(scenario: string, check: CheckResult): string {
  const open = `  <testcase classname="kbuild.${escaped(scenario)}" name="${escaped(check.name)}" time="${seconds(check.durationMs)}">\n`;
  return `${open}${verdict(check)}${output(check)}  </testcase>\n`;
}

function verdict(check: CheckResult): string {
  const message = escaped(check.evidence);
  if (check.outcome === 'failed') return `   <failure message="${message}">${message}</failure>\n`;
  return check.outcome === 'not-run' ? `   <skipped message="${message}"/>\n` : '';
}

function output(check: CheckResult): string {
  const details = (check.details ?? []).map(({title, text}) => `${title}\n${text}\n`);
  const lines = check.outcome === 'passed' ? [check.evidence] : details;
  return lines.length === 0 ? '' : `   <system-out>${escaped(lines.join('\n'))}</system-out>\n`;
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}

/** What XML 1.0 §2.2 forbids or discourages in any form: controls, lone surrogates, U+FFFE and U+FFFF. */
const notCharacters = /[^\P{Cc}\t\n\r]|\p{Cs}|[\ufffe\uffff]/gu;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  // An attribute's line ends and tabs would be read as spaces.
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
};

/** A text for XML content and attributes alike. */
export function escaped(text: string): string {
  return text.replaceAll(notCharacters, '').replaceAll(/[&<>"\n\r\t]/g, (character) => entities[character]!);
}
