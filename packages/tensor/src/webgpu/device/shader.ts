import { ShaderError } from './errors';

function describe(label: string, wgsl: string, message: GPUCompilationMessage): string {
  const line = wgsl.split('\n')[message.lineNum - 1] ?? '';
  return `${label}: WGSL line ${message.lineNum}, column ${message.linePos}: ${message.message}\n  ${line.trim()}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error || error instanceof DOMException ? error.message : String(error);
}

/**
 * Compiles one compute shader with one entry point.
 *
 * @throws ShaderError with the label, the compiler's message and the line of the source
 */
export async function compilePipeline(gpu: GPUDevice, wgsl: string, label: string): Promise<GPUComputePipeline> {
  // The scope keeps a compile error, which is reported here, out of the device's uncaptured errors.
  gpu.pushErrorScope('validation');
  const module = gpu.createShaderModule({ label, code: wgsl });
  const [scoped, made] = await Promise.allSettled([
    gpu.popErrorScope(),
    gpu.createComputePipelineAsync({ label, layout: 'auto', compute: { module } }),
  ]);
  const invalid = scoped.status === 'fulfilled' ? scoped.value : null;
  if (made.status === 'fulfilled' && !invalid) return made.value;
  const { messages } = await module.getCompilationInfo();
  const first = messages.find((message) => message.type === 'error');
  if (first) throw new ShaderError(label, describe(label, wgsl, first), wgsl, first.lineNum);
  const cause = made.status === 'rejected' ? messageOf(made.reason) : invalid?.message;
  throw new ShaderError(label, `${label}: ${cause?.trim()}`, wgsl);
}
