"""What ingest hands to the writer: spans, logs and metrics of one item, and whole transactions."""

from urgentry.domain.record import Record
from urgentry.telemetry.signal import Kind, Signal

_BYTES_OF_SIGNAL = 400
_SIGNALS_OF_A_RECORD = 4


class _WithSignals(Record, kw_only=True):
    """A record with signals, which weigh something too."""

    signals: list[Signal]

    @property
    def size(self) -> int:
        """About how many bytes it holds while it waits."""
        return len(self.payload) + 512 + _BYTES_OF_SIGNAL * len(self.signals)

    @property
    def weight(self) -> int:
        """A signal costs about a quarter of what a record of another kind does."""
        return 1 + len(self.signals) // _SIGNALS_OF_A_RECORD


class SignalBatch(_WithSignals, kw_only=True):
    """Signals of one kind that came in one item."""

    kind: Kind


class PreparedTransaction(_WithSignals, kw_only=True):
    """A transaction: its spans, the segment first, and all else that it said as payload."""

    event_id: bytes
    """The client's id, 16 bytes."""
