import type { Backend, Store } from '../backend';
import type { Graph } from '../ir/program';
import type { StoreSpec } from '../plan/state-spec';
import { Gpu } from './device/gpu';
import { compileProgram, type DeviceCompileOptions, type DeviceProgram } from './program';
import { DeviceStore } from './store';
import { type WebGpuTarget, webgpuTarget } from './target';

/** A GPU as a backend: what graphs run on, over the commands and buffers of a `GPUDevice`. */
export class Device extends Gpu implements Backend<DeviceProgram, DeviceCompileOptions> {
  readonly kind = 'webgpu';

  get target(): WebGpuTarget {
    return webgpuTarget(this.profile);
  }

  get liveBytes(): number {
    return this.counters.liveBytes;
  }

  openStore(spec: StoreSpec, shared?: Store): DeviceStore {
    return DeviceStore.open(this, spec, shared);
  }

  /**
   * Checks limits, makes the buffers, compiles the pipelines and makes the bind groups. Later runs create no more than
   * what brings small outputs to the host while several runs are under way.
   *
   * @throws LimitError naming the op and the tensor, before anything is created; ShaderError
   */
  compile(graph: Graph, options?: DeviceCompileOptions): Promise<DeviceProgram> {
    return compileProgram(this, graph, options);
  }
}
