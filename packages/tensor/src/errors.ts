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
