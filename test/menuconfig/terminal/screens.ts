/** Screens made by hand, one of each panel and dialog, as the state would show them. */

import type {Hit, Panel, Row, Screen} from '../../../src/menuconfig/screen.ts';

export function row(prompt: string, rest: Partial<Row> = {}): Row {
  return {
    kind: 'symbol',
    depth: 0,
    marker: '[ ]',
    prompt,
    isNew: false,
    isHidden: false,
    isChanged: false,
    ...rest,
  };
}

export function screen(panel: Panel, rest: Partial<Screen> = {}): Screen {
  return {
    title: '.config - Linux/x86 6.1.192 Kernel Configuration',
    path: ['General setup'],
    panel,
    unsaved: 0,
    showsHidden: false,
    ...rest,
  };
}

const buttons = ['Select', 'Exit', 'Help', 'Save', 'Load'];

export const generalSetup: readonly Row[] = [
  row('Compile also drivers which will not load', {symbol: 'COMPILE_TEST'}),
  row('Local version - append to kernel release', {marker: '()', symbol: 'LOCALVERSION'}),
  row('Kernel compression mode', {kind: 'choice', marker: '   ', chosen: 'Gzip', opens: 'menu'}),
  row('Default hostname', {marker: '((none))', symbol: 'DEFAULT_HOSTNAME', isChanged: true}),
  row('System V IPC', {marker: '[*]', symbol: 'SYSVIPC', goal: {value: 'y', isMet: true}}),
  row('uselib syscall', {symbol: 'USELIB', isNew: true}),
  row('Auditing support', {marker: '-*-', symbol: 'AUDIT', depth: 0}),
  row('IRQ subsystem', {kind: 'menu', marker: '   ', opens: 'menu'}),
  row('BPF subsystem', {kind: 'menu', marker: '   ', opens: 'empty menu'}),
  row('Kernel log buffer size (16 => 64KB, 17 => 128KB)', {marker: '(17)', symbol: 'LOG_BUF_SHIFT'}),
  row('CPU scheduler debugging', {kind: 'comment', marker: ''}),
  row('Control Group support', {marker: '[*]', symbol: 'CGROUPS', opens: 'menu'}),
  row('Memory controller', {marker: '[*]', symbol: 'MEMCG', depth: 1, isChanged: true}),
  row('IO controller', {marker: '< >', symbol: 'BLK_CGROUP', depth: 1, goal: {value: 'm', isMet: false}}),
  row('Simple CPU accounting controller that nobody has seen in a prompt as long as this', {
    marker: '<M>',
    depth: 2,
    symbol: 'CGROUP_CPUACCT_OF_A_VERY_LONG_NAME',
    opens: 'menu',
    isNew: true,
  }),
  row('Namespaces support', {marker: '[*]', symbol: 'NAMESPACES', isHidden: true}),
  row('Checkpoint/restore support', {symbol: 'CHECKPOINT_RESTORE'}),
];

export const menu: Screen = screen(
  {kind: 'menu', title: 'General setup', rows: generalSetup, cursor: 4, buttons, button: 0},
  {unsaved: 2, message: {severity: 'said', text: 'Saved as .config.'}},
);

export const menuBelow: Screen = screen(
  {kind: 'menu', title: 'General setup', rows: generalSetup, cursor: 13, buttons, button: 2},
  {
    showsHidden: true,
    message: {severity: 'warning', text: 'BLK_CGROUP cannot be y: MEMCG is not set.'},
  },
);

export const typing: Screen = screen({
  kind: 'menu',
  title: 'General setup',
  rows: generalSetup,
  cursor: 9,
  typing: {text: '99', caret: 2, error: '99 is not between 12 and 25.', hint: 'A number from 12 to 25.'},
  buttons,
  button: 0,
});

export const choice: Screen = screen({
  kind: 'menu',
  title: 'Kernel compression mode',
  rows: [
    row('Gzip', {kind: 'member', marker: '(X)', symbol: 'KERNEL_GZIP'}),
    row('Zstandard 圧縮 😀 é', {kind: 'member', marker: '( )', symbol: 'KERNEL_ZSTD'}),
    row('Evil \u001b[31m\u202e prompt\u0007', {kind: 'member', marker: '( )', symbol: 'KERNEL_EVIL'}),
  ],
  cursor: 1,
  buttons,
  button: 0,
});

const hit = (symbol: string, prompt: string, rest: Partial<Hit> = {}): Hit => ({
  symbol,
  type: 'tristate',
  value: 'n',
  prompt,
  matched: 'symbol',
  ...rest,
});

export const search: Screen = screen(
  {
    kind: 'search',
    query: {text: 'sunrpc', caret: 6},
    scope: 'all',
    focus: 'query',
    hits: [
      hit('SUNRPC', 'SunRPC', {value: 'm'}),
      hit('SUNRPC_GSS', 'RPC security', {value: 'm'}),
      hit('SUNRPC_XPRT_RDMA', 'RPC-over-RDMA transport'),
      hit('SUNRPC_DEBUG', 'RPC: Enable dprintk debugging', {type: 'bool'}),
      hit('NFS_FS', 'NFS client support', {matched: 'prompt'}),
      hit('LOCKD', 'Lock daemon', {matched: 'help'}),
      hit('NFSD', 'NFS server support', {matched: 'help'}),
      hit('RPCSEC_GSS_KRB5', 'Secure RPC: Kerberos V mechanism', {matched: 'prompt'}),
    ],
    total: 612,
    cursor: 2,
    details: [
      'Symbol: SUNRPC_XPRT_RDMA [=n]',
      'Type  : tristate',
      'Defined at net/sunrpc/Kconfig:76',
      '  Prompt: RPC-over-RDMA transport',
      '  Depends on: NETWORK_FILESYSTEMS [=y] && SUNRPC [=m] && INFINIBAND [=n] && INFINIBAND_ADDR_TRANS [=n]',
      '  Location:',
      '    -> File systems',
      '      -> Network File Systems (NETWORK_FILESYSTEMS [=y])',
      '(1)     -> RPC-over-RDMA transport (SUNRPC_XPRT_RDMA [=n])',
      'Selects: SG_POOL [=y]',
    ],
  },
  {path: ['Search']},
);

export const badSearch: Screen = screen({
  kind: 'search',
  query: {text: 'nfs(', caret: 4, error: 'Unterminated group in the regular expression: taken as words.'},
  scope: 'symbol',
  focus: 'query',
  hits: [],
  total: 0,
  cursor: 0,
  details: [],
});

const paragraph =
  'Checkpoint images are opaque to everyone but the tools that write them, and 圧縮 text is as wide as it is drawn.';

export const help: Screen = screen({
  kind: 'text',
  title: 'Checkpoint/restore support',
  lines: [
    'CONFIG_CHECKPOINT_RESTORE:',
    '',
    `Enables additional kernel features in a sake of checkpoint/restore. ${paragraph}`,
    '',
    `  - a dash begins a list, and what follows it is indented below its text. ${paragraph}`,
    '\tafter a tab',
    ...Array.from({length: 24}, (_, index) => `line ${index + 1}`),
  ],
});

export const proposal: Screen = screen({
  kind: 'changes',
  title: 'Enable RPC-over-RDMA transport',
  purpose: 'proposal',
  rows: [
    {symbol: 'SUNRPC_XPRT_RDMA', prompt: 'RPC-over-RDMA transport', before: 'n', after: 'm', cause: 'asked'},
    {symbol: 'INFINIBAND', prompt: 'InfiniBand support', before: 'n', after: 'm', cause: 'needed'},
    {symbol: 'SG_POOL', before: 'n', after: 'y', cause: 'follows'},
    {symbol: 'LOCALVERSION', prompt: 'Local version', before: '""', after: '"-rdma"', cause: 'asked'},
  ],
  cursor: 1,
});

export const quitDialog: Screen = {
  ...menu,
  dialog: {
    title: 'Leave',
    lines: ['Do you wish to save your new configuration?', 'Esc goes on with it.'],
    buttons: ['Save', 'Recipe: save goals', 'Do not save', 'Stay'],
    button: 0,
  },
};

export const saveDialog: Screen = {
  ...menu,
  dialog: {
    title: 'Save',
    lines: ['Enter a file name to which this configuration should be saved.'],
    typing: {text: '/nowhere/.config', caret: 16, error: 'There is no directory /nowhere.'},
    buttons: ['Ok', 'Help'],
    button: 0,
  },
};

export const screens: Readonly<Record<string, Screen>> = {
  menu,
  'menu-below': menuBelow,
  typing,
  choice,
  search,
  'bad-search': badSearch,
  help,
  proposal,
  'quit-dialog': quitDialog,
  'save-dialog': saveDialog,
};
