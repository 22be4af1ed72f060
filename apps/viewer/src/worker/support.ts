/** Whether this browser has what `openPageBackend` of `backend.ts` opens; asks without loading the engine. */
export async function canCompute(): Promise<boolean> {
  try {
    return Boolean(await navigator.gpu?.requestAdapter());
  } catch {
    return false;
  }
}
