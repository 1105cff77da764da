// Real processes with a folder, or Deno KV, as their store: killed at any moment, and ended in order.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { program } from "../runtime/runner.mjs";
import { dice } from "./clock.mjs";
import { place, root, service } from "./place.mjs";

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 32));
console.log(`SEED=${SEED}`);
const own = () => mkdtempSync(path.join(place, "kept-"));
const limit = { timeout: 60_000 };

/** Starts programs/file.mjs; gives what it tells, a promise of its first word, and what ends it. */
function start(t, url, folder) {
  const child = spawn(process.execPath, [path.join(place, "store/programs/file.mjs"), url, folder], { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => child.kill("SIGKILL"));
  const words = [];
  let rest = "";
  let began;
  const started = new Promise((resolve) => (began = resolve));
  child.stdout.setEncoding("utf8").on("data", (part) => {
    const lines = (rest + part).split("\n");
    rest = lines.pop();
    words.push(...lines.map((line) => JSON.parse(line)));
    if (words.some(({ word }) => word === "started")) began(words.find(({ word }) => word === "started"));
  });
  const ended = new Promise((resolve) => child.on("close", (code, signal) => resolve({ code, signal })));
  return {
    words,
    started,
    ended,
    end: (signal) => (child.kill(signal), ended),
  };
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe("with a store that outlives them", { concurrency: true }, () => {
  // The spent token of a kill amid a poll is refused, and costs a session of the budget: the third such kill may have to wait.
  for (const lane of [1, 2, 3]) {
    test(`Node processes that are killed at any moment go on with one session: ${lane}`, limit, async (t) => {
      const random = dice(SEED + lane);
      const { url, asked, deploy } = await service(t, { seed: lane });
      const folder = own();
      let version = 0;
      for (let i = 0; i < 10; i++) {
        const it = start(t, url, folder);
        const { usage } = await it.started;
        const update = it.words.find(({ word }) => word === "update");
        if (i > 0) assert.equal(update.source, "store", `process ${i} begins with what was kept`);
        await pause(random(1400));
        await it.end("SIGKILL");
        assert.ok(usage.sessions <= asked.sessions && usage.requests <= asked.sessions + asked.polls + 1, "the sums, with a request that is under way");
        assert.ok(readdirSync(folder).filter((name) => !name.endsWith(".new")).length === 1, "one file");
        deploy(++version);
      }
      const last = start(t, url, folder);
      await last.started;
      for (const end = Date.now() + 10_000; !last.words.some((it) => it.version === version) && Date.now() < end; ) await pause(50);
      assert.deepEqual(await last.end("SIGTERM"), { code: 0, signal: null });
      const spent = asked.problems.length;
      console.log(`lane ${lane}: 10 kills, ${asked.polls} polls, ${asked.sessions} sessions, refused: ${asked.problems.join(" ") || "none"}`);
      assert.ok(!asked.problems.includes("PollIntervalNotSatisfied"), "no poll is too early");
      // Only a kill between a poll and the write of its answer leaves a token that is spent.
      assert.ok(asked.sessions <= 1 + spent, `${asked.sessions} sessions, ${spent} refused tokens`);
      assert.ok(spent <= 3, `${spent} refused tokens of 10`);
      if (spent < 3) assert.ok(last.words.some((it) => it.version === version), "the newest configuration arrives");
    });
  }

  test("Node processes that are ended in order go on with one session, unless a poll was under way", limit, async (t) => {
    const { url, asked, deploy } = await service(t);
    const folder = own();
    for (let i = 0; i < 6; i++) {
      const it = start(t, url, folder);
      await it.started;
      await pause(i % 2 ? 0 : 1250);
      assert.deepEqual(await it.end("SIGTERM"), { code: 0, signal: null });
      assert.equal(it.words.filter(({ word }) => word === "started").length, 1);
      deploy(i + 1);
    }
    // A poll that is under way at the end may be answered all the same, and then its token is spent.
    console.log(`6 ends: ${asked.polls} polls, ${asked.sessions} sessions, refused: ${asked.problems.join(" ") || "none"}`);
    assert.ok(asked.problems.length <= 2 && !asked.problems.includes("PollIntervalNotSatisfied"), asked.problems.join());
    assert.equal(asked.sessions, 1 + asked.problems.length);
  });

  test("Deno KV is a store", limit, async (t) => {
    const { url, asked } = await service(t);
    const file = path.join(own(), "kv.sqlite");
    const deno = path.join(root, "node_modules", ".bin", "deno");
    for (const [source, polls] of [["network", 1], ["store", 2], ["store", 3]]) {
      const { code, output } = await program(deno, ["run", "--unstable-kv", "--allow-all", path.join(place, "store/programs/deno-kv.mjs"), url, file], { cwd: place, env: { DENO_NO_UPDATE_CHECK: "1" } });
      assert.equal(code, 0, output);
      const told = JSON.parse(output.trim().split("\n").at(-1));
      assert.deepEqual([told.source, told.text, told.usage.sessions, told.usage.requests], [source, "{\"version\":0}", 1, 1 + polls]);
    }
    assert.deepEqual([asked.sessions, asked.polls, asked.problems], [1, 3, []]);
  });
});
