export { type Arguments, Body, type Callable, type Label, minU, type Variable } from './body';
export { type MemoryType, ModuleBuilder, type WasmFunction } from './module';
export { f32, f64, i32, memorySize, select } from './scalar';
export { type Like, Value, type ValueType } from './value';
export { f32x4, f64x2, i32x4, v128 } from './vector';
