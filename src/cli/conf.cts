/**
 * The entry that bin/kbuild-conf starts: conf in one file, with the code that V8 made of it when it was bundled.
 * A bundle that is older than the compiled modules is passed over, and so is code of another version of Node.
 */

type Conf = {readonly runConf: (argv: readonly string[]) => number};

const {readFileSync, statSync, writeFileSync} = process.getBuiltinModule('node:fs');
const {Script} = process.getBuiltinModule('node:vm');

const dist = `${__dirname}/../..`;
const bundlePath = `${dist}/conf/conf.js`;
const codePath = `${dist}/conf/conf.code`;

function timeOf(path: string): number {
  return statSync(path, {throwIfNoEntry: false})?.mtimeMs ?? 0;
}

function codeIfThere(): Buffer | undefined {
  try {
    return readFileSync(codePath);
  } catch {
    return undefined;
  }
}

/** The bundle, and what takes the code that it has come to by then. */
function loadBundle(): {readonly conf: Conf; readonly keepCode: () => void} {
  const cachedData = codeIfThere();
  // In latin1 a character is a byte to V8, and esbuild leaves nothing but ASCII.
  const script = new Script(readFileSync(bundlePath, 'latin1'), {
    filename: bundlePath,
    ...(cachedData && {cachedData}),
  });
  const conf = (script.runInThisContext() as (load: NodeJS.Require) => Conf)(require);
  return {conf, keepCode: () => writeFileSync(codePath, script.createCachedData())};
}

async function start(): Promise<void> {
  const argv = process.argv.slice(2);
  try {
    if (timeOf(bundlePath) <= timeOf(`${dist}/.tsbuildinfo`)) {
      const conf = await import('../conf/index.js');
      process.exit(conf.runConf(argv));
    }
    const {conf, keepCode} = loadBundle();
    const status = conf.runConf(argv);
    if (process.env.KBUILD_CONF_KEEP_CODE !== undefined) keepCode();
    process.exit(status);
  } catch (error) {
    const [{faultOf, renderFault}, {processTerminal}] = await Promise.all([
      import('./faults.js'),
      import('./terminal.js'),
    ]);
    const fault = faultOf(error, new AbortController().signal, 'conf');
    process.stderr.write(renderFault(processTerminal(), fault.diagnostics));
    process.exitCode = fault.exit;
  }
}

void start();
