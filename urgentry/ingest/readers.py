"""Which module reads which type of item. What is not in the table is refused and counted."""

from collections.abc import Mapping

from urgentry.ingest.items import (
    attachment,
    check_in,
    client_report,
    event,
    feedback,
    log,
    profile,
    replay,
    security,
    session,
    span,
    trace_metric,
    transaction,
    user_report,
)
from urgentry.ingest.reading import Reader
from urgentry.protocol.items import ItemType

READERS: Mapping[ItemType, Reader] = {
    ItemType.EVENT: event.read,
    ItemType.ATTACHMENT: attachment.read,
    ItemType.FEEDBACK: feedback.read,
    ItemType.USER_REPORT: user_report.read,
    ItemType.CHECK_IN: check_in.read,
    ItemType.CLIENT_REPORT: client_report.read,
    ItemType.RAW_SECURITY: security.read_raw,
    ItemType.SECURITY: security.read,
    ItemType.SESSION: session.read,
    ItemType.SESSIONS: session.read_aggregates,
    ItemType.TRANSACTION: transaction.read,
    ItemType.SPAN: span.read,
    ItemType.LOG: log.read,
    ItemType.TRACE_METRIC: trace_metric.read,
    ItemType.PROFILE: profile.read,
    ItemType.PROFILE_CHUNK: profile.read_chunk,
    ItemType.REPLAY_EVENT: replay.read_event,
    ItemType.REPLAY_RECORDING: replay.read_recording,
    ItemType.REPLAY_VIDEO: replay.read_video,
}
