/** A module of WebAssembly, as a Worker's bundler imports it: for `startSync`. */
declare const module: WebAssembly.Module;
export default module;
