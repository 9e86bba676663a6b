/** Docker over an image imported once from the archive of a root file system. */

import {captureStep} from '../../base/process.ts';
import type {BuilderRoot} from '../container.ts';
import {type Client, launchContainer} from './client.ts';
import type {Engine} from './engine.ts';

export const dockerClient: Client = {
  argv: ['docker'],
  remove: ['rm', '--force'],
  showLabel: (label) => `{{.Label "${label}"}}`,
};

/** Runs steps with `docker run` as this user over the root's image, which `importRoot` makes. */
export function dockerEngine(root: BuilderRoot): Engine {
  const user = `--user=${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
  return {
    name: 'docker',
    launch: (step) => launchContainer(dockerClient, [user], [imageOf(root)], step),
  };
}

function imageOf(root: BuilderRoot): string {
  return `kbuild-builder:${root.digest.slice(0, 20)}`;
}

/** Imports the root where the daemon does not have it yet. Gives the reason where that cannot be done. */
export async function importRoot(root: BuilderRoot, signal: AbortSignal): Promise<string | undefined> {
  // A client answers `docker --version` without a daemon.
  const server = await captureStep([...dockerClient.argv, 'version', '--format={{.Server.Version}}'], {
    signal,
    timeoutMs: 20_000,
  });
  if (server.outcome !== 'ok') return server.stderr.trim().split('\n').at(-1) ?? 'its daemon does not answer';
  const known = await captureStep(
    [...dockerClient.argv, 'image', 'inspect', '--format={{.Id}}', imageOf(root)],
    {signal},
  );
  if (known.outcome === 'ok') return undefined;
  const imported = await captureStep([...dockerClient.argv, 'import', root.tar, imageOf(root)], {signal});
  return imported.outcome === 'ok' ? undefined : imported.stderr.trim().split('\n').at(-1);
}
