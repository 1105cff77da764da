import { equal, matches, ok, pause, rejects, same } from "../expect.mjs";
import { target } from "../harness.mjs";

// Where the package can be loaded anew for a test: its module, once loaded, serves all clients.
const fresh = { needs: ["fresh"] };

/** A slim package that nobody has used, and a client of it. */
async function unused(t) {
  const slim = await t.fresh("slim.js");
  const emulator = t.emulator();
  const client = new slim.ConfigurationClient({ ...target, endpoint: "https://upstream.test", fetch: emulator.fetch, logger: null });
  t.after(() => client.stop());
  return { slim, bytes: await t.moduleBytes(), client, emulator };
}

const wasmResponse = (bytes, type = "application/wasm") => new Response(bytes, { headers: { "content-type": type } });

export default (test) => {
  test("slim takes its module in every form", async (t) => {
    const forms = [
      (bytes) => bytes,
      (bytes) => bytes.buffer,
      (bytes) => WebAssembly.compile(bytes),
      async (bytes) => new WebAssembly.Module(bytes),
      (bytes) => wasmResponse(bytes),
      (bytes) => Promise.resolve(wasmResponse(bytes, "application/octet-stream")),
    ];
    for (const form of forms) {
      const { slim, bytes, client } = await unused(t);
      equal(await t.soon(slim.initialize(form(bytes))), undefined);
      same((await t.soon(client.start())).json(), { colour: "blue" }, String(form));
    }
  }, fresh);

  test("slim without its module says so, and can be given it later", async (t) => {
    const { slim, bytes, client, emulator } = await unused(t);
    const error = await t.soon(rejects(client.start(), "module-failed"));
    ok(error instanceof slim.AppConfigError);
    matches(error.message, /initialize\(\)/);
    await t.soon(rejects(client.refresh(), "module-failed"));
    equal(emulator.requests.length, 0, "requests");
    await slim.initialize(bytes);
    await t.soon(client.start());
  }, fresh);

  test("slim tells what is wrong with what it is given", async (t) => {
    const { slim, bytes, client } = await unused(t);
    const junk = [
      () => Uint8Array.of(1, 2, 3),
      () => wasmResponse("<!doctype html>", "text/html"),
      () => new Response("not found", { status: 404 }),
      () => Promise.reject(new Error("offline")),
      () => undefined,
      () => "./appconfig-edge.wasm",
    ];
    for (const make of junk) {
      await rejects(slim.initialize(make()), (error) => error instanceof Error, String(make));
      await t.soon(rejects(client.start(), "module-failed", String(make)));
    }
    await slim.initialize(bytes);
    await t.soon(client.start());
  }, fresh);

  test("who waits for the module may be stopped, aborted or out of time", async (t) => {
    const { slim, client } = await unused(t);
    slim.initialize(new Promise(() => {}));
    const reason = new Error("changed my mind");
    const controller = new AbortController();
    const waits = [
      rejects(client.start({ signal: controller.signal }), (error) => error === reason, "the signal"),
      rejects(client.start({ timeoutInMilliseconds: 50 }), "not-ready", "the time"),
      rejects(client.refresh({ timeoutInMilliseconds: 50 }), "not-ready", "the time of refresh()"),
    ];
    await pause(10);
    controller.abort(reason);
    await t.soon(Promise.all(waits));
    const stopped = [rejects(client.start(), "stopped"), rejects(client.refresh(), "stopped")];
    client.stop();
    await t.soon(Promise.all(stopped));
  }, fresh);

  test("nothing happens at import and construction", async (t) => {
    const used = [];
    const watched = [
      [globalThis, "fetch"], [globalThis, "setTimeout"], [globalThis, "setInterval"], [globalThis, "AbortController"], [Math, "random"],
      [crypto, "getRandomValues"], [WebAssembly, "compile"], [WebAssembly, "instantiate"], [WebAssembly, "Module"], [WebAssembly, "Instance"],
    ];
    for (const [object, name] of watched) {
      const original = object[name];
      object[name] = new Proxy(original, {
        apply: (call, self, words) => (used.push(name), Reflect.apply(call, self, words)),
        construct: (call, words) => (used.push(name), Reflect.construct(call, words)),
      });
      t.after(() => (object[name] = original));
    }
    const loaded = [await t.fresh("slim.js"), await t.fresh("index.js")];
    for (const { ConfigurationClient } of loaded) {
      const client = new ConfigurationClient({ ...target, endpoint: "https://upstream.test", headers: () => ({}) });
      equal(client.status, "idle");
      client.addEventListener("update", () => {});
    }
    same(used, []);
  }, { needs: ["fresh", "import"], alone: true });

  test("the default entry and slim have the same names, but for initialize", async (t) => {
    const [slim, index] = [await t.fresh("slim.js"), await t.fresh("index.js")];
    same(Object.keys(slim).filter((name) => name !== "initialize").sort(), Object.keys(index).sort());
    equal(typeof slim.initialize, "function");
  }, fresh);
};
