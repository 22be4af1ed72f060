/**
 * What the page may do: nothing but with files of its own origin. Pictures may come from memory as well (`blob:`, `data:`);
 * WebAssembly may be compiled, scripts may not be made from text.
 */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');
