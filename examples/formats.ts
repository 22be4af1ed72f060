/** Arrays through two file formats and back, in memory. */
import { bytesSource, openSafetensors, readNpz, toFloat32, writeNpz, writeSafetensors } from '@noisesmith/formats';

const weight = { dtype: 'F32', shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) } as const;
const half = { dtype: 'F16', shape: [2], data: Uint16Array.of(0x3c00, 0xc000) } as const;
const bytes = writeSafetensors({ weight, half }, { step: '100' });

// Only the header is read here; a tensor is read when it is asked for.
const file = await openSafetensors(bytesSource(bytes, 'weights.safetensors'));
console.log('safetensors:', bytes.length, 'bytes,', file.names.join(' and '), 'at step', file.metadata.step);
console.log('half:', toFloat32(await file.read('half')).join(' '));

const archive = writeNpz({ arr_0: weight }, { compress: true });
for (const [name, { dtype, shape, data }] of readNpz(archive)) {
  console.log(`npz: ${name} is ${dtype} [${shape}]: ${data.join(' ')}`);
}

try {
  await openSafetensors(bytesSource(bytes.subarray(0, 60), 'cut.safetensors'));
} catch (error) {
  console.log((error as Error).message);
}
