// Follows a flag, and prints a span for each request and every second how long requests took.
import { metrics, trace } from "@opentelemetry/api";
import { ConsoleMetricExporter, MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, ConsoleSpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { ConfigurationClient } from "appconfig-edge";
import { telemetry } from "./telemetry.js";

// In place of the console a service has exporters for its collector.
const spans = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(new ConsoleSpanExporter())] });
const measures = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter: new ConsoleMetricExporter(), exportIntervalMillis: 1000 })] });
trace.setGlobalTracerProvider(spans);
metrics.setGlobalMeterProvider(measures);

const client = new ConfigurationClient({
  application: "shop",
  environment: "prod",
  configurationProfile: "flags",
  endpoint: process.env.APPCONFIG_ENDPOINT, // a proxy that signs, or the emulator
  ...telemetry(),
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => client.stop());

client.start().catch(({ code, message }) => code === "stopped" || console.error(`no configuration yet: ${message}`));
for await (const configuration of client.updates()) console.log(`${Object.keys(configuration.json()).length} flags`);

// What was not exported yet.
await Promise.all([spans.shutdown(), measures.shutdown()]);
console.log("stopped");
