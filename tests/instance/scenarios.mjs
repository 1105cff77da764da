// What a trap in the WebAssembly module costs the clients that share its instance. For any runtime that is told how to load a package anew.

import { equal, ok, rejects, same } from "../runtime/expect.mjs";
import { stage, target } from "./service.mjs";

const ROUND = 70_000; // an interval and its jitter
const HOUR = 3_600_000;
const session = { ApplicationIdentifier: "shop", EnvironmentIdentifier: "prod", ConfigurationProfileIdentifier: "flags" };

const scenarios = [];
const scenario = (name, options, run) => scenarios.push({ name, run: async (world) => {
  const place = await stage(world, options);
  try {
    await run(place, world);
  } finally {
    place.end();
  }
} });
export default scenarios;

// What the interrupted request costs is its client's alone: a session where the token was spent, or one to verify that nothing was missed.
for (const [how, replay] of [["trap-panic", "refused"], ["trap-panic", "repeated"], ["trap-panic", "empty"], ["trap-memory", "refused"]]) {
  scenario(`100 clients on one instance go on after a ${how}, where a spent token is ${replay}`, { replay }, async (place) => {
    const all = await place.started(100);
    const held = all.map(({ client }) => client.configuration);
    same([place.sessions(), place.instance()], [100, 1]);
    place.arm(7, how);
    await place.clock.pass(ROUND);
    equal(place.instance(), 2, "a fresh instance");
    ok(all.every(({ client }, i) => client.configuration === held[i]), "what was held stays");
    await place.clock.pass(ROUND);
    same(place.repeated(), [[7, 7]], "who sends a token again");
    place.deploy("v2");
    await place.clock.pass(ROUND);
    same(place.labels(), ["v2"]);
    equal(place.sessions(), 101);
    same([...new Set(all.map(({ client }) => client.status))], ["ready"]);
    for (const { name, told, errors } of all) {
      same(errors().map(({ code }) => code), name === 7 && replay === "refused" ? ["token-refused"] : [], `errors of ${name}`);
      if (name !== 7) same(told().filter((it) => it !== "stale" && it !== "ready"), ["starting", "update", "update"], `what ${name} told`);
    }
    equal(place.instance(), 2);
  });
}

scenario("an answer that comes after another client's trap is asked for again", { replay: "repeated" }, async (place) => {
  const all = await place.started(20);
  const gate = place.gate();
  place.arm(7);
  await place.until(() => place.calls.length === 60);
  place.deploy("v2");
  gate.open();
  await place.clock.pass(1000);
  equal(place.instance(), 2);
  const asked = place.calls.slice(40, 60).map(({ name }) => name);
  const late = asked.slice(asked.indexOf(7));
  ok(late.length > 1, "somebody asked later");
  same(place.repeated().map(([name]) => name).sort(), late.sort(), "who sends a token again");
  ok(late.every((name) => place.clients[name].client.configuration.versionLabel === "v2"), "at once");
  await place.clock.pass(ROUND);
  same(place.labels(), ["v2"]);
  equal(place.sessions(), 20);
  same(all.flatMap(({ errors }) => errors()), []);
});

scenario("the memory of the instance that trapped is let go, and nothing of it is freed in the fresh one", {}, async (place, { gc }) => {
  const memory = () => new WeakRef(place.glue.initSync().memory);
  const collect = async () => {
    for (let i = 0; i < 5; i++) {
      await place.clock.settle();
      await gc();
    }
  };
  await place.started(100);
  const old = memory();
  place.arm(7);
  await place.clock.pass(ROUND);
  equal(place.instance(), 2);
  await place.clock.pass(ROUND);
  await collect();
  equal(old.deref(), undefined, "the memory that trapped");
  const fresh = memory();
  ok(fresh.deref(), "the other one is held");
  // Their engines are freed where they are.
  for (const { client } of place.clients.splice(0, 50)) client.stop();
  await collect();
  place.deploy("v2");
  await place.clock.pass(ROUND);
  same(place.labels(), ["v2"]);
  equal(place.clients.length, 50);
  same([place.instance(), place.repeated()], [2, [[7, 7]]]);
});

scenario("a trap while signing costs no token", { credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" } }, async (place) => {
  let trapping = false;
  const credentials = () => {
    const secretAccessKey = trapping ? "trap-panic" : "secret";
    trapping = false;
    // Otherwise it is kept.
    return { accessKeyId: "AKIDEXAMPLE", secretAccessKey, expiration: new Date(Date.now() + 1) };
  };
  const all = await place.started(20, { region: "eu-west-1", endpoint: undefined, credentials });
  trapping = true;
  await place.clock.pass(ROUND);
  equal(place.instance(), 2);
  place.deploy("v2");
  await place.clock.pass(ROUND);
  same(place.labels(), ["v2"]);
  same([place.sessions(), place.repeated()], [20, []]);
  same(all.flatMap(({ errors }) => errors()), []);
});

scenario("clients that only refresh() go on, with and without something held", { replay: "repeated" }, async (place) => {
  const { client: first } = place.client("first");
  const { client: second } = place.client("second");
  place.arm("first");
  // Its first answer is lost with the instance.
  const both = [first.refresh(), second.refresh()];
  await place.clock.pass(1000);
  same((await place.soon(Promise.all(both))).map(({ versionLabel }) => versionLabel), ["v1", "v1"]);
  equal(place.instance(), 2);
  equal(place.clock.pending(), 0, "timers");
  place.deploy("v2");
  await place.clock.pass(ROUND);
  const next = [first.refresh(), second.refresh()];
  await place.clock.pass(1000);
  await place.soon(Promise.all(next));
  same(place.labels(), ["v2"]);
  // A session's own request is asked again, too: what it opened is nobody's.
  ok(place.sessions() <= 3, `${place.sessions()} sessions`);
  same([first.status, second.status], ["ready", "ready"]);
});

scenario("the second fresh instance within an hour comes after ten seconds", { replay: "repeated" }, async (place) => {
  const all = await place.started(10);
  await place.trap(3);
  equal(place.instance(), 2);
  await place.trap(4);
  const asked = place.calls.length;
  equal(place.instance(), 2, "not at once");
  await place.clock.pass(9_700);
  same([place.instance(), place.calls.length], [2, asked], "nobody asks meanwhile");
  // Who is content with what is held does not wait.
  equal((await place.soon(all[0].client.refresh())).versionLabel, "v1");
  equal((await place.soon(all[1].client.start())).versionLabel, "v1");
  await place.clock.pass(300);
  equal(place.instance(), 3);
  ok(place.calls.length > asked, "they go on");
  place.deploy("v2");
  await place.clock.pass(ROUND);
  same(place.labels(), ["v2"]);
  equal(place.sessions(), 12, "with those that verify what the third and the fourth client may have missed");
  same(all.flatMap(({ errors }) => errors()), []);
});

scenario("a stop() while there is no instance leaves no timer, and a start() goes on", { replay: "repeated" }, async (place) => {
  const [one, ...others] = await place.started(3);
  for (const { client } of others) client.stop();
  await place.trap(0);
  await place.clock.pass(1000);
  await place.trap(0);
  equal(place.instance(), 2, "the second trap");
  const told = one.told().length;
  one.client.stop();
  await place.clock.settle();
  equal(place.clock.pending(), 0, "timers");
  same(one.told().slice(told), ["stopped"]);
  const waiting = place.client("late").client.start();
  const stopped = rejects(waiting, "stopped");
  await place.clock.settle();
  place.clients.at(-1).client.stop();
  await place.soon(stopped);
  equal(place.clock.pending(), 0, "timers");
  const asked = place.calls.length;
  await place.clock.pass(ROUND);
  equal(place.calls.length, asked, "nobody asks after a stop");
  place.deploy("v2");
  await place.soon(one.client.start());
  await place.clock.pass(ROUND);
  same([one.client.configuration.versionLabel, one.client.status, place.instance()], ["v2", "ready", 3]);
});

scenario("the third trap within an hour is the end, and a start() an hour later a new beginning", { replay: "repeated" }, async (place) => {
  const all = await place.started(10);
  for (let i = 0; i < 3; i++) await place.trap(i);
  await place.clock.pass(ROUND);
  equal(place.instance(), 3, "no further instance");
  for (const { name, client, errors } of all) {
    same([client.status, client.configuration.versionLabel], ["failed", "v1"], `status of ${name}`);
    same(errors().map(({ code }) => code), ["module-failed"], `errors of ${name}`);
    const [{ retryAt, message }] = errors();
    ok(retryAt - Date.now() > HOUR - 3 * ROUND && retryAt - Date.now() <= HOUR, "when it may begin anew");
    ok(/three times within an hour/.test(message), message);
    ok(client.health().lastError.code === "module-failed");
  }
  equal(place.clock.pending(), 0, "timers");
  const asked = place.calls.length;
  // What is held is served; where nothing is, it is an error.
  equal((await place.soon(all[0].client.start())).versionLabel, "v1");
  equal((await place.soon(all[0].client.refresh())).versionLabel, "v1");
  const { client: empty } = place.client("empty");
  await place.soon(rejects(empty.start(), "module-failed"));
  await place.soon(rejects(empty.refresh(), "module-failed"));
  equal(empty.status, "failed");
  const told = all[1].told().length;
  all[1].client.stop();
  await place.clock.settle();
  same(all[1].told().slice(told), ["stopped"], "a stop() tells nothing else");
  await place.clock.pass(HOUR / 2);
  same([place.calls.length, place.clock.pending()], [asked, 0]);
  await place.soon(rejects(empty.start(), "module-failed"));

  await place.clock.pass(HOUR / 2);
  place.deploy("v2");
  const started = [...all.map(({ client }) => client), empty].map((client) => client.start());
  await place.clock.pass(ROUND);
  await place.soon(Promise.all(started));
  await place.clock.pass(ROUND);
  equal(place.instance(), 4);
  same(place.labels(), ["v2"]);
  same([...new Set(place.clients.map(({ client }) => client.status))], ["ready"]);
  equal(place.sessions(), 13, "the sessions of before, one for whoever had none, and two that verify what a trap may have hidden");
});

scenario("where no memory is left for a fresh instance, that counts as a trap", { replay: "repeated" }, async (place) => {
  const [{ client }] = await place.started(1);
  const { Instance } = WebAssembly;
  let left = 1;
  WebAssembly.Instance = function (...words) {
    if (left-- > 0) throw new RangeError("WebAssembly.Instance(): Out of memory");
    return new Instance(...words);
  };
  try {
    place.arm(0);
    await place.clock.pass(61_000);
    await place.clock.pass(ROUND);
  } finally {
    WebAssembly.Instance = Instance;
  }
  place.deploy("v2");
  await place.clock.pass(ROUND);
  same([client.configuration.versionLabel, client.status, place.instance()], ["v2", "ready", 2]);
});

scenario("an operation tells of a trap, and the next one works", { replay: "repeated" }, async (place) => {
  const { startConfigurationSession, getLatestConfiguration } = place.slim;
  const options = (more) => ({ endpoint: "https://emulator.test", fetch: place.fetchOf("operation"), ...more });
  const { InitialConfigurationToken: token } = await startConfigurationSession(options(), session);
  place.arm("operation");
  const error = await rejects(getLatestConfiguration(options(), { ConfigurationToken: token }), "module-failed");
  ok(/trapped/.test(error.message) && !error.message.includes(token), error.message);
  const answer = await getLatestConfiguration(options(), { ConfigurationToken: token });
  same([answer.VersionLabel, place.instance()], ["v1", 2]);

  // Now there is none for ten seconds.
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "trap-panic" };
  await rejects(startConfigurationSession(options({ region: "eu-west-1", credentials }), session), (it) => /module-failed|not-sent/.test(it.code));
  const asked = place.calls.length;
  await rejects(startConfigurationSession(options(), session), "module-failed");
  equal(place.calls.length, asked);
  await place.clock.pass(10_000);
  ok((await startConfigurationSession(options(), session)).InitialConfigurationToken);
  equal(place.instance(), 3);
});

scenario("an operation outlives the trap of another one's engine", { replay: "repeated" }, async (place) => {
  const all = await place.started(10);
  const options = { endpoint: "https://emulator.test", fetch: place.fetchOf("operation") };
  const { InitialConfigurationToken: token } = await place.slim.startConfigurationSession(options, session);
  await place.clock.pass(59_000);
  const gate = place.gate();
  const polling = place.slim.getLatestConfiguration(options, { ConfigurationToken: token });
  place.arm(7);
  await place.clock.pass(8_000);
  gate.open();
  equal((await place.soon(polling)).VersionLabel, "v1");
  equal(place.instance(), 2);
  place.deploy("v2");
  await place.clock.pass(ROUND);
  same(all.map(({ client }) => client.configuration.versionLabel), Array(10).fill("v2"));
  equal(place.instance(), 2, "what was freed was not in the fresh instance");
});
