/**
 * Splits a number of workgroups over the dimensions of a dispatch, as evenly as needed: one dimension while the number
 * fits, else two near-square ones, else three near-cubic ones. The kernel recovers the linear index as
 * `x + num_workgroups.x * (y + num_workgroups.y * z)` and returns when it is not below `workgroups`.
 *
 * @param workgroups how many are wanted, 0 or more
 * @param limit `maxComputeWorkgroupsPerDimension`
 * @returns [x, y, z], none above limit, x·y·z ≥ workgroups
 * @throws RangeError when workgroups is no whole number ≥ 0 or exceeds limit³
 */
export function dispatchGrid(workgroups: number, limit = 65535): [x: number, y: number, z: number] {
  if (!Number.isSafeInteger(workgroups) || workgroups < 0 || workgroups > limit ** 3) {
    throw new RangeError(`${workgroups} workgroups: expected a whole number from 0 to ${limit}³`);
  }
  if (workgroups <= limit) return [workgroups, 1, 1];
  if (workgroups <= limit ** 2) {
    const y = Math.ceil(Math.sqrt(workgroups));
    return [Math.ceil(workgroups / y), y, 1];
  }
  const z = Math.min(limit, Math.ceil(Math.cbrt(workgroups)));
  const plane = Math.ceil(workgroups / z);
  const y = Math.min(limit, Math.ceil(Math.sqrt(plane)));
  return [Math.ceil(plane / y), y, z];
}
