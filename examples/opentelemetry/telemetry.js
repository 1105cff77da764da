// A client's hooks as OpenTelemetry has it: a span for each request, and how long requests take. It needs @opentelemetry/api alone.
import { metrics, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";

/** Options for one client: `new ConfigurationClient({ ...options, ...telemetry() })`. */
export function telemetry() {
  // As OpenTelemetry's conventions have them for requests.
  const advice = { explicitBucketBoundaries: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] };
  const tracer = trace.getTracer("appconfig-edge");
  const duration = metrics.getMeter("appconfig-edge").createHistogram("appconfig.client.request.duration", { unit: "s", description: "Requests to AppConfig Data", advice });
  let span; // a client has one request under way at most
  return {
    onRequest({ operation }) {
      span = tracer.startSpan(operation, { kind: SpanKind.CLIENT, attributes: { "rpc.system": "aws-api", "rpc.service": "AppConfigData", "rpc.method": operation } });
    },
    onResponse({ operation, status, durationInMilliseconds, sizeInBytes, requestId }) {
      const failed = status === undefined || status >= 400;
      if (status !== undefined) span.setAttribute("http.response.status_code", status);
      if (requestId !== undefined) span.setAttribute("aws.request_id", requestId);
      span.setAttribute("http.response.body.size", sizeInBytes);
      if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
      duration.record(durationInMilliseconds / 1000, { "rpc.method": operation, ...(failed && { "error.type": String(status ?? "no answer") }) });
    },
  };
}
