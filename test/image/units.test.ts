import test from 'ava';
import {enableUnits, presetUnits, readInstall, type UnitLookup} from '../../src/image/units.ts';

function lookupIn(units: Record<string, string>): UnitLookup {
  return (name) => {
    const text = units[name];
    return text === undefined ? undefined : {path: `/usr/lib/systemd/system/${name}`, text};
  };
}

test('a unit is enabled where its [Install] section says, and with what it names by Also', (t) => {
  const lookup = lookupIn({
    'a.service':
      '[Unit]\nWantedBy=wrong.target\n[Install]\nWantedBy=multi-user.target \\\n  x.target\nAlso=a.socket\nAlias=b.service\n',
    'a.socket': '[Install]\nRequiredBy=sockets.target\n',
  });
  const {links, faults} = enableUnits(['a.service'], lookup);
  t.deepEqual(faults, []);
  t.deepEqual(links, [
    {path: '/etc/systemd/system/b.service', target: '/usr/lib/systemd/system/a.service'},
    {
      path: '/etc/systemd/system/multi-user.target.wants/a.service',
      target: '/usr/lib/systemd/system/a.service',
    },
    {
      path: '/etc/systemd/system/sockets.target.requires/a.socket',
      target: '/usr/lib/systemd/system/a.socket',
    },
    {path: '/etc/systemd/system/x.target.wants/a.service', target: '/usr/lib/systemd/system/a.service'},
  ]);
});

test('an instance is a link to its template', (t) => {
  const lookup = lookupIn({'getty@.service': '[Install]\nWantedBy=getty.target\nDefaultInstance=tty1\n'});
  const target = '/usr/lib/systemd/system/getty@.service';
  t.deepEqual(enableUnits(['getty@ttyS0.service'], lookup).links, [
    {path: '/etc/systemd/system/getty.target.wants/getty@ttyS0.service', target},
  ]);
  t.deepEqual(enableUnits(['getty@.service'], lookup).links, [
    {path: '/etc/systemd/system/getty.target.wants/getty@tty1.service', target},
  ]);
});

test('all units that cannot be enabled are told of at once', (t) => {
  const lookup = lookupIn({'static.service': '[Service]\nExecStart=/bin/true\n', 'masked.service': ''});
  t.deepEqual(enableUnits(['static.service', 'masked.service', 'none.service'], lookup).faults, [
    {unit: 'static.service', why: 'nothing-to-install'},
    {unit: 'masked.service', why: 'masked'},
    {unit: 'none.service', why: 'unknown'},
  ]);
});

test('a unit that comes by Also may be missing', (t) => {
  const lookup = lookupIn({'a.service': '[Install]\nWantedBy=multi-user.target\nAlso=gone.socket\n'});
  t.deepEqual(enableUnits(['a.service'], lookup).faults, []);
});

test('an empty assignment clears the list, and comments are none of it', (t) => {
  const install = readInstall(
    '[Install]\nWantedBy=a.target\n# WantedBy=b.target\nWantedBy=\nWantedBy=c.target\n',
  );
  t.deepEqual(install.WantedBy, ['c.target']);
});

test('a preset file enables units by name', (t) => {
  t.deepEqual(presetUnits('# word\nenable a.service\ndisable b.service\nenable c*\n'), ['a.service']);
});
