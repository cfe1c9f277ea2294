"""Reads OTLP's JSON by OpenTelemetry's published messages, strictly, and tells what it understood.

The protocol writes ids in hexadecimal where Protobuf's JSON has base64, so they are translated, as receivers do.
"""

import base64
import json
import sys

from google.protobuf import json_format
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

bodies = json.load(sys.stdin)
for span in bodies["traces"]["resourceSpans"][0]["scopeSpans"][0]["spans"]:
    for key in ("traceId", "spanId"):
        span[key] = base64.b64encode(bytes.fromhex(span[key])).decode()
    assert isinstance(span["kind"], int) and isinstance(span["status"]["code"], int), "enumerations are numbers"

traces = json_format.ParseDict(bodies["traces"], ExportTraceServiceRequest())
metrics = json_format.ParseDict(bodies["metrics"], ExportMetricsServiceRequest())

resource = traces.resource_spans[0].resource
(span,) = traces.resource_spans[0].scope_spans[0].spans
assert span.kind == Span.SPAN_KIND_INTERNAL
known = {one.key: one.value for one in span.attributes}
found = {metric.name: metric.gauge.data_points for metric in metrics.resource_metrics[0].scope_metrics[0].metrics}
(duration,) = found["esc_sync.run.duration"]
assert duration.time_unix_nano == span.end_time_unix_nano
entries = {point.attributes[0].value.string_value: point.as_int for point in found["esc_sync.entries"]}
assert len(entries) == 13, entries

print(json.dumps({
    "service": {one.key: one.value.string_value for one in resource.attributes}["service.name"],
    "span": span.name,
    "trace_bytes": len(span.trace_id),
    "span_bytes": len(span.span_id),
    "nanoseconds": span.end_time_unix_nano - span.start_time_unix_nano,
    "status": Status.StatusCode.Name(span.status.code),
    "ok": known["esc_sync.entries.ok"].int_value,
    "missing": known["esc_sync.entries.missing"].int_value,
    "github": known["esc_sync.requests.github"].int_value,
    "writes": known["esc_sync.writes.done"].int_value,
    "duration": duration.as_double,
    "entries": {name: count for name, count in entries.items() if count},
}))
