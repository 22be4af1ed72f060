import { spawnSync } from 'node:child_process';

/** Why a Python interpreter cannot run the PyTorch contestant, as one line; undefined when it can. */
export function missingPyTorch(python: string): string | undefined {
  const { status, error, stderr } = spawnSync(python, ['-c', 'import torch'], { encoding: 'utf8' });
  if (error !== undefined) return `${python} does not start (${error.message})`;
  if (status === 0) return undefined;
  const reason = stderr.trim().split('\n').at(-1) ?? '';
  return `${python} -c "import torch" fails${reason === '' ? '' : ` (${reason})`}`;
}
