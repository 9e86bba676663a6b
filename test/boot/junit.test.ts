import test from 'ava';
import {escaped, junitXml} from '../../src/boot/junit.ts';
import type {BootReport} from '../../src/boot/report.ts';

const report: BootReport = {
  version: 1,
  scenario: 'nfs-rdma',
  outcome: 'failed',
  acceleration: {kind: 'tcg', cpu: 'Nehalem', reason: '/dev/kvm does not exist'},
  machines: [
    {
      name: 'host',
      role: 'host',
      architecture: 'x86_64',
      acceleration: {kind: 'tcg', cpu: 'Nehalem'},
      boots: [{}],
      logs: {console: '/l/c.log', shell: '/l/s.log', qemu: '/l/q.log'},
    },
  ],
  checks: [
    {name: 'it starts', outcome: 'passed', durationMs: 1500, evidence: 'systemd says running'},
    {
      name: 'a < b',
      outcome: 'failed',
      durationMs: 20,
      evidence: 'said "no" & left',
      details: [{title: 'host# false', text: '\u001b[31mred\u001b[0m\u0000'}],
    },
    {name: 'the rest', outcome: 'not-run', durationMs: 0, evidence: 'it needs "a < b"'},
  ],
  durationMs: 2000,
  logDir: '/l',
};

test('a text is escaped, and what XML cannot hold is left out', (t) => {
  t.is(escaped('<a href="x">&\u0000\u001b[1m\u000b\ud800\ufffe😀'), '&lt;a href=&quot;x&quot;&gt;&amp;[1m😀');
  t.is(escaped('a\nb\tc\r'), 'a&#10;b&#9;c&#13;');
});

test('a report is one suite with counts and seconds', (t) => {
  const xml = junitXml([report]);
  t.true(xml.startsWith('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n <testsuite name="nfs-rdma"'));
  t.regex(xml, /tests="3" failures="1" errors="0" skipped="1" time="2\.000"/);
  t.is(xml.split('<testsuite ').length, 2);
});

test('a failed check carries its reason and its lines, a check that was not run says why', (t) => {
  const xml = junitXml([report]);
  t.true(xml.includes('<failure message="said &quot;no&quot; &amp; left">'));
  t.true(xml.includes('<system-out>host# false&#10;[31mred[0m&#10;</system-out>'));
  t.true(xml.includes('<skipped message="it needs &quot;a &lt; b&quot;"/>'));
});
