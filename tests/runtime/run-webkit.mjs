// The suite in WebKit, in the small browser that WebKitGTK brings for tests: PACKAGE_TARBALL=… node tests/runtime/run-webkit.mjs

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { within } from "./expect.mjs";
import { keep, program } from "./runner.mjs";
import { runInBrowser } from "./site.mjs";

const browser = process.env.MINIBROWSER || "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";
const server = process.env.XVFB || "/usr/bin/Xvfb";

/** Starts a display, without which it does not run; gives its name and what ends it. */
async function display() {
  let told;
  const number = new Promise((resolve, reject) => (told = { resolve, reject }));
  const line = (text) => /^\d+$/.test(text) && told.resolve(text);
  const close = keep(server, ["-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"], { failed: told.reject, line });
  return { name: `:${await within(20_000, number, "the number of Xvfb's display")}`, close };
}

async function launch() {
  const { name, close } = await display();
  const home = mkdtempSync(path.join(tmpdir(), "appconfig-edge-webkit-"));
  const clean = () => rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  process.on("exit", clean);
  const env = {
    DISPLAY: name,
    HOME: home,
    XDG_RUNTIME_DIR: home,
    // There is no graphics card to ask, and no accessibility bus.
    LIBGL_ALWAYS_SOFTWARE: "1",
    WEBKIT_DISABLE_COMPOSITING_MODE: "1",
    NO_AT_BRIDGE: "1",
    // It cannot be asked to collect garbage; when it does, then all of it.
    JSC_useGenerationalGC: "0",
  };
  const { output } = await program(browser, ["--version"], { env });
  return {
    version: output.match(/WebKitGTK (\S+)/)?.[1] ?? "unknown",
    async close() {
      await close();
      clean();
    },
    /** Each page in a browser of its own: in a hidden tab timers would be slowed down. */
    open(url, place, failed) {
      const line = process.env.VERBOSE && ((text) => console.log(`[${place}] ${text}`));
      return keep(browser, ["--private", url], { env, failed, ...(line && { line }) });
    },
  };
}

await runInBrowser("webkit", { launch });
