export { Body, type Label, minU, type Variable } from './body';
export { type MemoryType, ModuleBuilder, type WasmFunction } from './module';
export { f32, i32, select } from './scalar';
export { Value, type ValueType } from './value';
export { f32x4, f64x2, i32x4, v128 } from './vector';
