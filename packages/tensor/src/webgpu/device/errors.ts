import { DeviceError } from '../../errors';

/** No WebGPU adapter could be opened; the message says what to install or to enable. */
export class NoAdapterError extends DeviceError {
  override readonly name = 'NoAdapterError';

  constructor(
    message: string,
    /** The message without what to do about it. */
    readonly reason: string = message,
  ) {
    super(message);
  }
}

/** WGSL that does not compile, or a pipeline that the adapter refuses. */
export class ShaderError extends DeviceError {
  override readonly name = 'ShaderError';

  constructor(
    readonly label: string,
    message: string,
    /** The WGSL, whole. */
    readonly source: string,
    /** Line of the first error, from 1; undefined when the error is not of the source. */
    readonly line?: number,
  ) {
    super(message);
  }
}

/** A validation, out-of-memory or internal error that WebGPU reported outside any error scope. */
export class UncapturedGpuError extends DeviceError {
  override readonly name = 'UncapturedGpuError';

  constructor(
    /** 'GPUValidationError', 'GPUOutOfMemoryError' or 'GPUInternalError'. */
    readonly kind: string,
    message: string,
  ) {
    super(message);
  }
}
