/** The version in package.json: a table of choices is good for one version of the kernels. */
export const ENGINE_VERSION = '0.0.0';
