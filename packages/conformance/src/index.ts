export { type ConformanceOptions, runConformance } from './conformance';
