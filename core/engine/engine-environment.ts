/**
 * The environment of an engine's process, with what is `own` to it. Files are read, kernels compiled and sessions opened on libuv's threads; with
 * as many as libuv takes by itself (4), no weight would be read while kernels are compiled.
 */
export const engineEnvironment = (own: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => ({
  UV_THREADPOOL_SIZE: '16',
  ...process.env,
  ...own,
})
