export {
  checkConfig,
  interfaceWidth,
  learnedLatents,
  type PositionKind,
  positionKinds,
  type RinConfig,
  type RinSettings,
  rinConfig,
  tapeTokens,
} from './config';
export { parameterCount, type RinOutput, rinForward, rinParameters } from './forward';
export { initializeParameter } from './initialize';
export type { Initializer } from './initializers';
export { rinConfigFromMetadata, rinConfigToMetadata } from './metadata';
export type { ParameterSpec } from './parameters';
export { gridCodes, lineCodes } from './position-codes';
export { latentCodes, tapeCodes } from './positions';
export { type RinDenoiser, rin } from './rin';
