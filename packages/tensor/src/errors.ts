/** What every error of a backend has in common. */
export class DeviceError extends Error {
  override readonly name: string = 'DeviceError';
}

/** Why a backend ended: the program destroyed it, or the driver or the browser took it away. */
export type LossReason = 'destroyed' | 'lost';

/** The backend is gone: everything pending rejects with this error, and every later use throws it. */
export class DeviceLostError extends DeviceError {
  override readonly name = 'DeviceLostError';

  constructor(
    readonly reason: LossReason,
    message: string,
  ) {
    super(message);
  }
}

/** More memory than a backend allows: a buffer too large, or nothing left. Raised before anything is made. */
export class LimitError extends DeviceError {
  override readonly name = 'LimitError';

  constructor(
    /** Label of the tensor or buffer. */
    readonly label: string,
    /** Name of the limit: WebGPU's word for it, or `free memory`. */
    readonly limit: string,
    readonly requested: number,
    readonly allowed: number,
    adapter: string,
  ) {
    super(`${label}: ${requested} bytes asked for, but ${limit} of ${adapter} is ${allowed} bytes`);
  }
}
