/** A setting that is wrong, or does not fit another. One line: which field, its value, what was expected. */
export class SettingError extends Error {
  override readonly name = 'SettingError';

  constructor(
    /** e.g. `train.optimizer.beta1` */
    readonly path: string,
    message: string,
  ) {
    super(message);
  }
}

/** Training cannot go on, e.g. because the loss is no number. One line that names the step. */
export class TrainingError extends Error {
  override readonly name = 'TrainingError';
}

/** A checkpoint or weights file that is damaged or does not fit the network. One line that names the file and tensor. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
}
