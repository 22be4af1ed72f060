import type { Block, Heap } from './heap';
import type { Order } from './order';
import type { WasmTarget } from './target';
import type { Threads } from './threads/threads';

/** The backend that stores and programs are of, as they see it. */
export interface WasmOwner {
  readonly label: string;
  readonly heap: Heap;
  readonly threads: Threads;
  readonly order: Order;
  readonly target: WasmTarget;
  /** A block of zeros, counted as held. @throws LimitError naming `label` */
  take(bytes: number, label: string): Block;
  /** Gives a block back; what is under way may use it to its end. */
  free(block: Block): void;
  /** @throws DeviceLostError once it has ended */
  check(): void;
  /** Waits for what the threads do. @throws DeviceLostError when they fail, which ends the backend */
  threadsDone<T>(work: Promise<T>): Promise<T>;
}
