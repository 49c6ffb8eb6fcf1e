"""The data of spans and the attributes of logs as places: what each conventional name holds.

What has no conventional name is likely personal. The names are those of OpenTelemetry and of
Sentry's SDKs.
"""

from typing import Final

from urgentry.privacy.places import (
    LIKELY,
    NEVER,
    PERHAPS,
    Attributes,
    Listing,
    Named,
    Personal,
    Place,
    Struct,
    never,
)

_TECHNICAL_NAMES: Final = (
    "sentry.release sentry.environment sentry.dist sentry.op sentry.origin sentry.platform "
    "sentry.sdk.name sentry.sdk.version sentry.segment_id sentry.trace.parent_span_id profile_id "
    "replay_id release"
)
_PERHAPS_NAMES: Final = (
    "app.name app.version app_start_cold app_start_type ai.input_messages ai.responses "
    "ai.model_id ai.pipeline.name ai.streaming ai.tags ai.metadata aws.lambda.function_name "
    "blocked_main_thread cache.hit cache.item_size cache.key cache.operation cache.ttl channel "
    "client.port cloud.account.id cloud.provider cloud.region cls.source.1 code.file.path "
    "code.filepath code.function code.function.name code.line.number code.lineno code.namespace "
    "db.collection.name db.mongodb.collection db.name db.namespace db.operation "
    "db.operation.name db.query.summary db.redis.connection db.redis.key db.system "
    "db.system.name db.user deviceMemory effectiveConnectionType environment error.type "
    "exception.escaped exception.type fcp file.size hardwareConcurrency http.flavor http.host "
    "http.method http.request.method http.response.status_code http.response_content_length "
    "http.response_transfer_size http.route http.scheme http.server_name http.status_code "
    "http.user_agent inp jvm.gc.name jvm.memory.pool.name lcp.element lcp.id lcp.size "
    "logger.name mcp.tool.name method navigation.type net.host.ip net.host.name net.peer.port "
    "net.protocol.name network.local.address network.peer.port network.protocol.name "
    "network.protocol.version otel.kind otel.scope.name previous_route process.executable.name "
    "process.pid process.runtime.name react.version resource.render_blocking_status route "
    "sentry.description sentry.message.template sentry.segment.name server.address server.port "
    "service.name service.version session.id state.type subprocess.pid thread.id thread.name "
    "transaction ttfb type ui.component_name ui.contributes_to_ttid url.domain url.port "
    "url.scheme url.template user_agent.original vercel.id vercel.path"
)
_TECHNICAL: Final = frozenset(_TECHNICAL_NAMES.split())
_PERHAPS: Final = frozenset(_PERHAPS_NAMES.split())
_FAMILIES: Final = (
    *("browser.", "device.", "faas.", "frames.", "gen_ai.", "messaging.", "os.", "rpc.", "score."),
    *("graphql.operation.", "user.geo."),
)


def _personal_place(name: str) -> Place:
    if name in _TECHNICAL:
        return NEVER
    return PERHAPS if name in _PERHAPS or name.startswith(_FAMILIES) else LIKELY


SPAN_DATA: Final = Named(_personal_place)
ATTRIBUTES: Final = Attributes(_personal_place)
"""Values by the names of attributes."""
TRACE_DATA: Final = Named(_personal_place, Personal.PERHAPS)
SPAN_LINKS: Final = Listing(
    Struct({"attributes": PERHAPS, **never("trace_id span_id sampled")}, others=PERHAPS),
    Personal.PERHAPS,
)
