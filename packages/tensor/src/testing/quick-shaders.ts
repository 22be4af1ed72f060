// Imported for its effect, by tests of many kernels that each run for a moment: lavapipe then compiles without LLVM's
// optimisations, in half the time. Whole networks and training are tested with them.
process.env.GALLIVM_PERF ??= 'nopt';
