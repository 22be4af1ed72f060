export { grad, type Tree } from './autodiff/gradient';
export { recompute } from './autodiff/recompute';
export { type Backend, type CompileOptions, compile, compileGraph, type Program, type Store } from './backend';
export { DeviceError, DeviceLostError, LimitError, type LossReason } from './errors';
export { call, type Definition, type GradientCall } from './ir/definition';
export type { DType, TypedArray } from './ir/dtype';
export { type FlatTensor, type Layout, layoutOf, type NamedSegment } from './ir/layout';
export { printGraph } from './ir/print';
export {
  f32,
  type Graph,
  type ProgramArguments,
  type ProgramResult,
  type ProgramSpec,
  type StateSpec,
  type TensorSpec,
  trace,
  u32,
} from './ir/program';
export { type Segment, scope, Tensor } from './ir/tensor';
export type { Work } from './lower/work';
export { type MeasuredProgram, measureCeilings } from './measure-ceilings';
export {
  type BackendChoice,
  backendChoices,
  type OpenBackendOptions,
  type OpenedBackend,
  openBackend,
} from './open-backend';
export * from './ops/attention';
export * from './ops/contract';
export * from './ops/conv';
export * from './ops/elementwise';
export * from './ops/gather';
export * from './ops/linear';
export * from './ops/norm';
export * from './ops/optimizer';
export * from './ops/pool';
export * from './ops/random';
export * from './ops/reduce';
export type { Padding, Pair, SpatialOptions, Windows } from './ops/spatial';
export * from './ops/view';
export { type OpenOracleOptions, type Oracle, openOracle } from './oracle/backend';
export { evaluate, interpret, type OracleOptions, type OracleResult, type OracleValues } from './oracle/interpret';
export type { Ceilings } from './plan/cost/ceilings';
export {
  type Bound,
  distinctBytes,
  type ExplainedKernel,
  type Explanation,
  explain,
  floorOf,
} from './plan/cost/explain';
export { groupKernels, type KernelGroup } from './plan/cost/group';
export type { KernelTime, ProfileOptions } from './plan/cost/kernel-time';
export { median } from './plan/cost/median';
export { ceilingsLine, formatMilliseconds, groupTable, type TextTable, totalLine } from './plan/cost/text';
export { makePlan, type Plan, type PlanOptions } from './plan/plan';
export { type PlanBytes, planBytes } from './plan/plan-bytes';
export type { Target, TargetLimits } from './plan/target';
export type { TunedSite } from './plan/tune/search';
export type { Choices, Decision, Site, TemporaryStorage } from './plan/tune/site';
export { choicesOf, type TuningTable, tuningKey } from './plan/tune/table';
export { openTuningStore, type TuningStore, type TuningStoreOptions } from './plan/tune/tuning-store';
export type { Profile } from './profile';
export { inverseNormal } from './random/inverse-normal';
export { deriveKey, threefry2x32, uniformFromBits } from './random/threefry';
export type { Wasm } from './wasm/backend';
export { openWasm, type WasmOptions } from './wasm/open';
export { givenTarget, parseCeilings, usualDispatchSeconds } from './webgpu/cost/given';
export { Device } from './webgpu/device';
export * from './webgpu/device/index';
export { openDevice } from './webgpu/open';
export type { DeviceCompileOptions, DevicePlan, DeviceProgram } from './webgpu/program';
export type { DeviceStore } from './webgpu/store';
export { type WebGpuTarget, webgpuTarget } from './webgpu/target';
export { type TuneOptions, type TuneProgress, tune } from './webgpu/tune/tune';
