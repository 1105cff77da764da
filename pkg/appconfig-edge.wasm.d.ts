/**
 * The client's module, for `initialize` of `appconfig-edge/slim`. What an import of it gives is the bundler's to say: its URL, its bytes, or a
 * `WebAssembly.Module`.
 */
declare const module: any;
export default module;
