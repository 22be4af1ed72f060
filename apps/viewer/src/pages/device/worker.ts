import { serveCalls } from '../../worker/calls';
import { benchmark } from './benchmark';
import { describeDevice } from './describe';

const handlers = { describe: describeDevice, benchmark };
export type DeviceHandlers = typeof handlers;

serveCalls(handlers);
