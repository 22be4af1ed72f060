// References: the oracle in double precision, at shapes where kernels have edges; the texts of the kernels.
import { expect, it } from 'vitest';
import { makePlan } from '../plan/plan';
import { casesWhere, isOfWorkgroups } from '../testing/kernel-cases';
import '../testing/quick-shaders';
import { testKernelCases } from '../testing/test-kernel-cases';
import { plannedProfile } from './program';
import { webgpuTarget } from './target';

// lavapipe's vectors are its subgroups, which none of these kernels knows of; it compiles narrow ones in half the time.
process.env.LP_NATIVE_VECTOR_WIDTH ??= '128';

const subjects = casesWhere(isOfWorkgroups);
const device = testKernelCases(subjects);

it('no kernel of these cases knows of subgroups', () => {
  const kernels = Object.values(subjects)
    .flat()
    .flatMap(
      ({ program, options, asGpu = false }) =>
        makePlan(program().graph, webgpuTarget(plannedProfile(device().profile, { asGpu })), options).kernels,
    );
  expect(kernels.length).toBeGreaterThan(0);
  expect(kernels.filter(({ code }) => code.includes('subgroup')).map(({ label }) => label)).toEqual([]);
});
