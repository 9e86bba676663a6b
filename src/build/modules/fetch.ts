/**
 * Fetches a module's source from where its file says, on this machine and not in the container, which has no network.
 * What is fetched is checked against what is named, and nothing of it is run.
 */

import {mkdir, rename, rm, stat, writeFile} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {badInput} from '../../base/diagnostic.ts';
import {digestOfFile} from '../../base/digest.ts';
import {captureStep} from '../../base/process.ts';
import type {Workshop} from '../../base/store.ts';
import {dieWithParent} from '../debian/die-with-parent.ts';

/** Why a source could not be had, in a few words; its address is known to the caller. */
export class NotFetched extends Error {}

/** Apt's own downloader: it knows the machine's proxies, and is there wherever packages can be fetched. */
const downloader = '/usr/lib/apt/apt-helper';

/**
 * Fetches a tarball to the path `to`.
 * @throws NotFetched; KbuildError (2) `wrong-digest` where another file is at the address by now
 */
export async function fetchTarball(
  workshop: Workshop,
  {address, sha256}: {readonly address: string; readonly sha256: string},
  to: string,
): Promise<void> {
  const part = `${to}.part`;
  const options = ['-o', 'Acquire::Retries=2', '-o', 'APT::Sandbox::User=root'];
  const result = await captureStep(
    [...dieWithParent, downloader, ...options, 'download-file', address, part],
    {
      environment: {...(process.env as Record<string, string>), LC_ALL: 'C'},
      signal: workshop.signal,
    },
  );
  workshop.signal.throwIfAborted();
  if (result.outcome !== 'ok' || (await stat(part).catch(() => undefined)) === undefined) {
    throw new NotFetched(
      result.startError === undefined ? lastWords(result.stderr) : `${downloader} is not installed`,
    );
  }
  const found = await digestOfFile(part);
  if (found !== sha256) {
    await rm(part, {force: true});
    throw badInput('wrong-digest', `${address} has the SHA-256 ${found}, and ${sha256} was expected`, {
      hint: 'see what was changed there before you take the new digest into the module’s file',
    });
  }
  await rename(part, to);
}

/**
 * Fetches one commit, without its history, and writes its files to the tar archive `to`, as they are in the repository.
 * Git makes sure that the objects are those that the commit names. No submodules, no hooks, no filters.
 *
 * @param protocol the only one that git may use, on redirections too
 * @throws NotFetched
 */
export async function fetchCommit(
  workshop: Workshop,
  {address, commit}: {readonly address: string; readonly commit: string},
  to: string,
  protocol = 'https',
): Promise<void> {
  const repository = `${to}.git`;
  const git = (...argv: readonly string[]) => runGit(workshop, repository, protocol, argv);
  try {
    await mkdir(repository);
    const format = commit.length === 64 ? 'sha256' : 'sha1';
    await git('init', '--quiet', '--bare', '--template=', `--object-format=${format}`);
    await git('fetch', '--quiet', '--depth=1', '--no-tags', '--no-recurse-submodules', '--', address, commit);
    const found = (await git('rev-parse', '--verify', 'FETCH_HEAD^{commit}')).trim();
    if (found !== commit) throw new NotFetched(`it gave the commit ${found} for ${commit}`);
    // Attributes of the repository could leave files out, or write words into them: these win over its own.
    await mkdir(join(repository, 'info'), {recursive: true});
    const plain = '* -export-ignore -export-subst -filter -ident -text -eol -working-tree-encoding\n';
    await writeFile(join(repository, 'info/attributes'), plain);
    await git('archive', '--format=tar', `--output=${to}`, commit);
  } finally {
    await rm(repository, {recursive: true, force: true, maxRetries: 3});
  }
}

async function runGit(
  workshop: Workshop,
  repository: string,
  protocol: string,
  argv: readonly string[],
): Promise<string> {
  const settings = [
    'protocol.allow=never',
    `protocol.${protocol}.allow=always`,
    'core.hooksPath=/dev/null',
    'core.fsmonitor=false',
    'core.autocrlf=false',
    'fetch.fsckObjects=true',
    'maintenance.auto=false',
    // A connection on which nothing comes ends.
    'http.lowSpeedLimit=1000',
    'http.lowSpeedTime=60',
  ].flatMap((setting) => ['-c', setting]);
  const result = await captureStep([...dieWithParent, 'git', ...settings, '--git-dir', repository, ...argv], {
    cwd: repository,
    environment: {
      ...withoutGit(process.env),
      LC_ALL: 'C',
      GIT_TERMINAL_PROMPT: '0',
      GIT_ASKPASS: 'true',
    },
    signal: workshop.signal,
  });
  workshop.signal.throwIfAborted();
  if (result.outcome === 'ok') return result.stdout;
  throw new NotFetched(
    result.startError === 'ENOENT' ? `git is not installed` : `git ${argv[0]}: ${lastWords(result.stderr)}`,
  );
}

/** Less what a hook of git leaves to its children: the repository it runs in, its index and objects. */
function withoutGit(environment: NodeJS.ProcessEnv): Record<string, string> {
  const kept = Object.entries(environment).filter(([name]) => !/^GIT_(?!SSL_)/.test(name));
  return Object.fromEntries(kept) as Record<string, string>;
}

function lastWords(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^(?:E|fatal|error|remote): /.test(line));
  return lines.at(-1)?.replace(/^(?:E|fatal|error): /, '') ?? 'it ended without a word';
}

/** The file name at the end of an address: `qtfs-2.0.tar.gz`. */
export function fileNameOf(address: string): string {
  return basename(new URL(address).pathname);
}
