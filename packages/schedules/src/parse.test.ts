// Reference: the spec grammar in the docstring of parseSchedule; canonical specs must come back unchanged.
import { describe, expect, it } from 'vitest';
import { parseSchedule, readSpec, ScheduleSpecError, scheduleFamilies, scheduleSpecUsage } from './index';

describe('parseSchedule', () => {
  it.each([
    'simple_linear',
    'simple_linear@0.000001',
    'cosine',
    'cosine@0.2,1,1',
    'cosine@0,1,0.35,0',
    'sigmoid@-3,3,0.9',
    'sigmoid@0,3,0.3,1e-7',
    'log@1,100,false',
    'log@1,100,true,1e-9',
    'shifted_cosine@64,256',
    'shifted_cosine@64,256,-10',
    'shifted_cosine@64,256,-15,20',
    'interpolated_cosine@32,256,512',
    'interpolated_cosine@32,256,512,-12,13',
    'simple_linear~0.4',
    'cosine~0.1',
    'sigmoid@-3,3,1.1~1.25',
    'normal@2.4,2.4',
    'normal@-1,0.5,0.000001',
    'laplace@0,0.5',
    'rectified_flow',
    'rectified_flow@0~0.5',
    'linear_beta@0.1,20',
    'linear_beta@0,30,0',
  ])('%s comes back unchanged', (spec) => {
    expect(parseSchedule(spec).spec).toBe(spec);
  });

  it.each([
    [' cosine@0.20, 1.0, 1 ', 'cosine@0.2,1,1'],
    ['cosine @0.2,1,1', 'cosine@0.2,1,1'],
    ['sigmoid@-3.0,+3,.9', 'sigmoid@-3,3,0.9'],
    ['cosine@0.2,1,1,1e-9', 'cosine@0.2,1,1'],
    ['log@1,100,T', 'log@1,100,true'],
    ['log@1,100,0', 'log@1,100,false'],
    ['shifted_cosine@64,256,-15,15', 'shifted_cosine@64,256'],
    ['shifted_cosine@64,256,-15', 'shifted_cosine@64,256'],
    ['simple_linear~1', 'simple_linear'],
    ['simple_linear~4e-1', 'simple_linear~0.4'],
    ['rectified_flow~shift@4', 'rectified_flow~0.25'],
    ['cosine@0,1,1 ~ shift@ 2.5', 'cosine@0,1,1~0.4'],
    ['rectified_flow@1e-9', 'rectified_flow'],
    ['normal@0,2,1e-9', 'normal@0,2'],
  ])('%s is printed as %s', (spec, canonical) => {
    const schedule = parseSchedule(spec);
    expect(schedule.spec).toBe(canonical);
    expect(parseSchedule(canonical).gamma(0.37)).toBe(schedule.gamma(0.37));
  });

  it('tells cosine from cosine@0,1,1', () => {
    expect(parseSchedule('cosine').gamma(0)).toBeLessThan(1);
    expect(parseSchedule('cosine@0,1,1').gamma(0)).toBe(1);
  });

  it.each([
    [
      '',
      /unknown family ""; expected one of simple_linear, cosine, sigmoid, log, shifted_cosine, interpolated_cosine, normal, laplace, rectified_flow, linear_beta$/,
    ],
    ['cosin@0.2,1,1', /unknown family "cosin"; expected one of simple_linear, /],
    ['toString', /unknown family "toString"/],
    ['cosine@0.2,1', /2 values after "@"; expected cosine@start,end,tau,\[clipMin\]$/],
    ['cosine@0,1,1,0,9', /5 values after "@"/],
    ['sigmoid', /0 values after "@"; expected sigmoid@start,end,tau,\[clipMin\]$/],
    ['sigmoid@a,3,1', /start is "a"; expected start to be a finite number$/],
    ['sigmoid@-3,3,0x1', /tau is "0x1"/],
    ['sigmoid@-3,3,Infinity', /tau is "Infinity"/],
    ['sigmoid@-3,3,1e999', /tau is "1e999"/],
    ['sigmoid@-3,,1', /end is ""/],
    ['sigmoid@2,2,1', /end is 2; expected end to differ from start$/],
    ['sigmoid@-3,3,0', /tau is 0; expected tau to be a finite number above 0$/],
    ['cosine@0.2,1,-1', /tau is -1/],
    ['cosine@-0.1,1,1', /start is -0.1; expected start in \[0, 1\]$/],
    ['cosine@0,1.5,1', /end is 1.5; expected end in \[0, 1\]$/],
    ['cosine@0,1,1,1', /clipMin is 1; expected clipMin in \[0, 1\)$/],
    ['log@0,10,false', /start is 0/],
    ['log@1,10,maybe', /reverse is "maybe"; expected reverse to be true or false$/],
    ['shifted_cosine@0,64', /noiseSize is 0/],
    ['shifted_cosine@64,64,5,-5', /logSnrMin is 5; expected logSnrMin below logSnrMax \(-5\)$/],
    ['interpolated_cosine@256,32,512', /noiseSizeLow is 256; expected noiseSizeLow at most noiseSizeHigh \(32\)$/],
    ['normal@0,0', /std is 0; expected std to be a finite number above 0$/],
    ['normal@0,2,0.5', /tail is 0.5; expected tail in \[1e-300, 0.5\)$/],
    ['normal@500,20', /std is 20; expected std and mean such that the logSNR at both ends is in \[-600, 600\]$/],
    ['laplace@0,-1', /scale is -1/],
    ['laplace@0,31', /scale is 31; expected scale and mean such that/],
    ['laplace@0', /1 value after "@"; expected laplace@mean,scale,\[tail\]$/],
    ['rectified_flow@1', /clipMin is 1/],
    ['linear_beta@-1,20', /start is -1; expected start in \[0, 1e100\]$/],
    ['linear_beta@0,0', /end is 0; expected end or start above 1e-100$/],
    ['simple_linear~', /input scale is ""; expected input scale to be a finite number, or shift@s$/],
    ['simple_linear~shift@', /shift is ""; expected shift to be a finite number above 0$/],
    ['simple_linear~shift@0', /shift is 0; expected the shift to be a finite number above 0$/],
    ['simple_linear~shift@1e-320', /shift is 1e-320/],
    ['simple_linear~0', /input scale is 0; expected the input scale to be a finite number above 0$/],
    ['simple_linear~0.5~0.5', /input scale is "0.5~0.5"/],
    ['cosine@0.20,1,1\n~x', /input scale is "x"/],
  ])('%j is refused', (spec, message) => {
    let thrown: unknown;
    try {
      parseSchedule(spec);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ScheduleSpecError);
    const error = thrown as ScheduleSpecError;
    expect(error.name).toBe('ScheduleSpecError');
    expect(error.spec).toBe(spec);
    expect(error.message).toMatch(message);
    expect(error.message.startsWith(`bad schedule spec ${JSON.stringify(spec)}: `)).toBe(true);
    expect(error.message).not.toContain('\n');
  });

  it('lists the spelling of every family', () => {
    expect(scheduleSpecUsage).toEqual([
      'cosine',
      'simple_linear[@clipMin]',
      'cosine@start,end,tau,[clipMin]',
      'sigmoid@start,end,tau,[clipMin]',
      'log@start,end,reverse,[clipMin]',
      'shifted_cosine@noiseSize,imageSize,[logSnrMin],[logSnrMax]',
      'interpolated_cosine@noiseSizeLow,noiseSizeHigh,imageSize,[logSnrMin],[logSnrMax]',
      'normal@mean,std,[tail]',
      'laplace@mean,scale,[tail]',
      'rectified_flow[@clipMin]',
      'linear_beta@start,end,[clipMin]',
    ]);
  });

  it.each(scheduleFamilies)(
    '$usage has an example and a description',
    ({ name, usage, example, required, optional }) => {
      expect(parseSchedule(example).spec).toBe(example);
      expect(usage.startsWith(name)).toBe(true);
      const { family, values, inputScale } = readSpec(`${example}~0.5`);
      expect([family, inputScale]).toEqual([name, 0.5]);
      expect(values.filter((value) => value !== undefined)).toHaveLength(required.length);
      expect(values).toHaveLength(required.length + optional.length);
    },
  );
});
