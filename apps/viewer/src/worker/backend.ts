import type { Device } from '@noisesmith/tensor';
import { openDevice } from '@noisesmith/tensor';

/** Opens what this browser computes with. The one place of the page that knows which kinds there are. */
export const openPageBackend = (): Promise<Device> => openDevice();
