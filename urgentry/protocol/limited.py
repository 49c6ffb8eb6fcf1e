"""Which categories of an item a limit is asked of, and which ones a client is told to hold back."""

from collections.abc import Iterable

from urgentry.protocol.items import DataCategory

_OF_TRANSACTIONS = frozenset({DataCategory.SPAN, DataCategory.SPAN_INDEXED})
_SIBLINGS = {
    DataCategory.DEFAULT: (DataCategory.ERROR, DataCategory.SECURITY),
    DataCategory.ATTACHMENT_ITEM: (DataCategory.ATTACHMENT,),
    DataCategory.LOG_BYTE: (DataCategory.LOG_ITEM,),
    DataCategory.TRACE_METRIC_BYTE: (DataCategory.TRACE_METRIC,),
    DataCategory.SPAN_INDEXED: (DataCategory.SPAN,),
    DataCategory.TRANSACTION_INDEXED: (DataCategory.TRANSACTION,),
    DataCategory.TRANSACTION_PROCESSED: (DataCategory.TRANSACTION,),
    DataCategory.PROFILE_INDEXED: (DataCategory.PROFILE,),
}
"""What clients know what is counted in another way by."""


def binding_categories(counted: Iterable[tuple[int, int]]) -> frozenset[int]:
    """The categories whose limits refuse something that counts as these. The spans within a
    transaction are counted, and go or stay with it."""
    categories = frozenset(category for category, _ in counted)
    if DataCategory.TRANSACTION in categories:
        return categories - _OF_TRANSACTIONS
    return categories


def told_categories(categories: Iterable[int]) -> tuple[DataCategory, ...]:
    """What the client is told, so that it holds back all that would be refused; none for
    everything."""
    told = {DataCategory(category) for category in categories}
    for category in tuple(told):
        told.update(_SIBLINGS.get(category, ()))
    return tuple(sorted(told))
