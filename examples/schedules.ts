/** What an input scale does to a noise schedule: the whole logSNR curve moves, and with it the time of half signal. */
import { alphaSigma, parseSchedule, shift, table1Preset } from '@noisesmith/schedules';

const times = [0.1, 0.3, 0.5, 0.7, 0.9];
const linear = parseSchedule('simple_linear');
for (const schedule of [linear, shift(linear, 0.5), shift(linear, 0.1), parseSchedule('cosine@0.2,1,1')]) {
  const logSnr = times.map((t) => schedule.logSnr(t).toFixed(2).padStart(6)).join(' ');
  console.log(`${schedule.spec.padEnd(18)} logSNR ${logSnr}   0 at t = ${schedule.timeOfLogSnr(0).toFixed(3)}`);
}

for (const size of [64, 256, 1024] as const) {
  const preset = table1Preset(size);
  const { alpha, sigma } = alphaSigma(parseSchedule(preset.schedule), 0.5);
  const half = `x(0.5) = ${(alpha * preset.inputScale).toFixed(3)} image + ${sigma.toFixed(3)} noise`;
  console.log(`${size}x${size}: ${preset.schedule}, input scale ${preset.inputScale}, ${half}`);
}
