// The hosts of regions, held to AWS's own rules (../shared/oracles, read in place).

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { all, between, installed, root, source } from "./place.mjs";

const { hostOf } = await import(pathToFileURL(path.join(installed().home, "options.js")));

/** A test that reads an oracle, or says that it is not there. */
function held(name, file, run) {
  const oracle = path.join(root, "../shared/oracles", file);
  test(name, { skip: !existsSync(oracle) && `SKIPPED: ${oracle} is absent` }, () => run(JSON.parse(readFileSync(oracle, "utf8"))));
}

held("every case of the service's rule set gives its host", "endpoint-tests.json", ({ testCases }) => {
  let seen = 0;
  for (const { documentation, params, expect } of testCases) {
    // Without a region it is an error, which pkg/options.js gives before.
    if (!expect.endpoint || !params.Region || params.Endpoint) continue;
    assert.equal(hostOf(params.Region, params.UseFIPS, params.UseDualStack), expect.endpoint.url, documentation);
    seen += 1;
  }
  assert.ok(seen > 20, `${seen}`);
});

held("every region is in its partition", "model/partitions.json", ({ partitions }) => {
  let regions = 0;
  for (const { id, outputs, regions: all } of partitions) {
    // A pseudo-region such as `aws-cn-global` names a partition, and this service is in none of them.
    for (const region of Object.keys(all).filter((it) => !it.endsWith("-global"))) {
      for (const [fips, dual] of [[false, false], [true, false], [false, true], [true, true]]) {
        const suffix = outputs[dual ? "dualStackDnsSuffix" : "dnsSuffix"];
        // GovCloud's plain host is the FIPS one already.
        const prefix = fips && (dual || id !== "aws-us-gov") ? "-fips" : "";
        assert.equal(hostOf(region, fips, dual), `https://appconfigdata${prefix}.${region}.${suffix}`);
      }
      regions += 1;
    }
  }
  assert.ok(regions > 40, `${regions}`);
});

test("the partitions are those of the core", () => {
  const core = between(source("src/protocol/endpoint.rs"), 'const PARTITIONS: &str = "', '";').split("\\\n").map((it) => it.trim());
  const ours = all(between(source("pkg/options.js"), "const partitions =", ";"), /"([^"]*)"/g).join("").split(",");
  assert.deepEqual(ours.map((it) => it.trim().replace(/ (?=\S+$)/, " api.")), core);
});
