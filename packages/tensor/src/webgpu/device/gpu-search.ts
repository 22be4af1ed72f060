/**
 * What `#webgpu` answers: an entry point to WebGPU with what to do when it has no adapter, or why there is none and what to
 * do about that.
 */
export type GpuSearch =
  | { readonly gpu: GPU; readonly adapterHelp: string }
  | { readonly missing: string; readonly help?: string };
