// Empty answers: unchanged in all its forms, and what looks like it.

import { equal, ok, rejects } from "../../runtime/expect.mjs";
import { blue, green, same } from "../life.mjs";
import { badToken } from "../service.mjs";

const MINUTE = 60_000;

export default ({ driven }) => {
  driven("unchanged changes nothing, whatever its headers, and its token and interval count", ["empty-01", "empty-02", "http-18"], async (life) => {
    const both = await life.begin();
    const { service, clock } = life;
    const held = both.client.configuration;
    const forms = [
      {},
      { "content-type": null },
      { "content-type": "application/octet-stream" },
      { "content-type": "text/html", "version-label": "v9" },
      { status: 204 },
      { status: 204, "content-type": null },
    ];
    for (const [n, { status = 200, ...more }] of forms.entries()) {
      const interval = String(70 + 10 * n);
      service.break((it) => {
        const { headers, body } = it.honest();
        const all = { ...headers, ...more, "next-poll-interval-in-seconds": interval };
        return it.reply({ status, headers: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null)), body });
      });
    }
    await clock.run(15 * MINUTE);
    equal(both.client.configuration, held);
    equal(both.heard.codes().join(), "");
    equal(both.heard.updates.length, 1);
    equal(held.contentType, "application/json");
    equal(held.versionLabel, "v1");
    // The service watches that each poll has the token of the answer before, and keeps to its interval.
    const polls = service.exchanges.filter(({ token }) => token);
    forms.forEach((_, n) => ok(polls[n + 2].at - polls[n + 1].at >= (70 + 10 * n) * 1000, `interval ${n}`));
    service.deploy(green);
    await life.recovers(both, green);
    equal(service.sessions, 1);
  });

  driven("a session whose first poll is empty has no configuration yet, and gets it when there is one", ["empty-03"], async (life) => {
    await life.serve();
    const { service, clock } = life;
    const content = service.withdraw();
    const both = life.client();
    const start = life.call(both.client.start());
    start.catch(() => {});
    await clock.run(0);
    await life.soon(rejects(start, "no-configuration"));
    await clock.run(10 * MINUTE);
    equal(both.client.configuration, undefined);
    equal(both.client.status, "starting");
    equal(both.heard.codes().join(), "no-configuration", "it is told once");
    service.deploy(content);
    const again = life.call(both.client.start());
    await life.recovers(both, blue);
    ok(await life.soon(again));
    equal(service.sessions, 2, "another one looked, because the first answer may have been cut before its first byte");
  });

  driven("a version of no bytes is not told from unchanged, with a label or without: what is held stays", ["empty-04"], async (life) => {
    const both = await life.begin();
    const { service, clock } = life;
    for (const label of [undefined, "v2"]) {
      service.deploy("", { label });
      await clock.run(5 * MINUTE);
      same(both.client, blue);
      equal(both.client.configuration.versionLabel, "v1");
    }
    equal(both.heard.codes().join(), "");
    service.deploy(green);
    await life.recovers(both, green);
    equal(service.sessions, 1);
  });

  driven("a new session brings what is held already: no update", ["empty-05", "data-11"], async (life) => {
    const both = await life.begin();
    const { service, clock } = life;
    const held = both.client.configuration;
    service.break((it) => it.reply({ ...badToken("Expired"), refusesToken: true }));
    await clock.run(5 * MINUTE);
    equal(service.sessions, 2);
    equal(service.received, 2);
    equal(both.client.configuration, held);
    equal(both.heard.updates.length, 1);
    equal(both.client.status, "ready");
    // Deployed anew, with the same bytes.
    service.deploy(blue, { label: "v1" });
    await clock.run(5 * MINUTE);
    equal(both.heard.updates.length, 1);
    equal(both.client.configuration, held);
  });
};
