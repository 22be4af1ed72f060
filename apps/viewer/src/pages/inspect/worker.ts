import { serveCalls } from '../../worker/calls';
import { lookHandlers } from './look';
import { measureHandlers } from './measure';

const handlers = { ...lookHandlers, ...measureHandlers };
export type InspectHandlers = typeof handlers;

serveCalls(handlers);
