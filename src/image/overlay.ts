/** Overlays: directories of a checkout, laid over the root file system by absolute path. */

import {chmod, copyFile, lstat, mkdir, readdir, readlink, rm, symlink} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {badInput} from '../base/diagnostic.ts';
import {digestOfFile, type Json} from '../base/digest.ts';

/** `path` is relative. A checkout keeps of a file's mode the executable bit only, and so does an overlay. */
export type OverlayFile =
  | {readonly path: string; readonly kind: 'file'; readonly executable: boolean}
  | {readonly path: string; readonly kind: 'link'; readonly target: string};

/** Every file and symbolic link of an overlay, sorted by path. Throws bad input for anything else in it. */
export async function listOverlay(root: string): Promise<OverlayFile[]> {
  const files: OverlayFile[] = [];
  const walk = async (below: string): Promise<void> => {
    for (const name of (await readdir(join(root, below))).sort()) {
      const path = below === '' ? name : `${below}/${name}`;
      const status = await lstat(join(root, path));
      if (status.isDirectory()) await walk(path);
      else if (status.isFile()) files.push({path, kind: 'file', executable: (status.mode & 0o111) !== 0});
      else if (status.isSymbolicLink()) {
        files.push({path, kind: 'link', target: await readlink(join(root, path))});
      } else {
        throw badInput('overlay-file', `${join(root, path)} is neither a file nor a symbolic link`, {
          hint: 'make devices, sockets and pipes at run time, by tmpfiles.d(5)',
        });
      }
    }
  };
  try {
    await walk('');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw badInput('unknown-overlay', `there is no overlay ${root}`);
  }
  return files;
}

/** What an image depends on in an overlay: paths, executable bits, targets and contents. */
export async function overlayInputs(root: string): Promise<Json> {
  const files = await listOverlay(root);
  return Promise.all(
    files.map(async (file) =>
      file.kind === 'link' ? {...file} : {...file, sha256: await digestOfFile(join(root, file.path))},
    ),
  );
}

/** Copies an overlay; what lies there under the same path is replaced. */
export async function layOverlay(root: string, destination: string): Promise<void> {
  for (const file of await listOverlay(root)) {
    const to = join(destination, file.path);
    await makeDirectory(dirname(to));
    await rm(to, {force: true});
    if (file.kind === 'link') await symlink(file.target, to);
    else {
      await copyFile(join(root, file.path), to);
      await chmod(to, file.executable ? 0o755 : 0o644);
    }
  }
}

/** Makes a directory and those above it with mode 0755 whatever the umask. */
export async function makeDirectory(path: string): Promise<void> {
  const first = await mkdir(path, {recursive: true});
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) await chmod(made, 0o755);
}
