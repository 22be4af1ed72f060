import { spawnSync } from 'node:child_process';

/** Why PyTorch cannot be used, as one line; undefined where it can. */
export interface MissingPyTorch {
  readonly onCpu: string | undefined;
  readonly onCuda: string | undefined;
}

const look = 'import torch; print(torch.cuda.is_available())';

/** What a Python interpreter lacks for the contestants that are PyTorch. */
export function missingPyTorch(python: string): MissingPyTorch {
  const { status, error, stderr, stdout } = spawnSync(python, ['-c', look], { encoding: 'utf8' });
  const both = (reason: string): MissingPyTorch => ({ onCpu: reason, onCuda: reason });
  if (error !== undefined) return both(`${python} does not start (${error.message})`);
  if (status !== 0) {
    const reason = stderr.trim().split('\n').at(-1) ?? '';
    return both(`${python} -c "import torch" fails${reason === '' ? '' : ` (${reason})`}`);
  }
  return { onCpu: undefined, onCuda: stdout.trim() === 'True' ? undefined : `PyTorch of ${python} finds no CUDA` };
}
