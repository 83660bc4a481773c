/**
 * The environment of an engine's process. Files are read, kernels compiled and sessions opened on libuv's threads; with
 * as many as libuv takes by itself (4), no weight would be read while kernels are compiled.
 */
export const engineEnvironment = (): NodeJS.ProcessEnv => ({ UV_THREADPOOL_SIZE: '16', ...process.env })
