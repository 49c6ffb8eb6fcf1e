"""What goes wrong in the catalogue, written in Go, and in the couriers' app on Android."""

from urgentry.demo.faults import Fault, Frame

_SERVE = tuple(
    Frame(function=name, module="net/http", file="net/http/server.go", line=line, is_ours=False)
    for name, line in (
        ("(*conn).serve", 2_102),
        ("serverHandler.ServeHTTP", 3_301),
        ("HandlerFunc.ServeHTTP", 2_322),
    )
)
_THREAD = (
    Frame(
        function="main",
        module="android.app.ActivityThread",
        file="ActivityThread.java",
        line=8_501,
        is_ours=False,
    ),
    Frame(
        function="dispatchMessage",
        module="android.os.Handler",
        file="Handler.java",
        line=108,
        is_ours=False,
    ),
)
_COROUTINE = Frame(
    function="resumeWith",
    module="kotlin.coroutines.jvm.internal.BaseContinuationImpl",
    file="ContinuationImpl.kt",
    line=33,
    is_ours=False,
)
_TOUR = (
    ("app.lifecycle", "info", "foreground"),
    ("navigation", "info", "TourScreen"),
    ("ui.click", "info", "stop_list_item"),
    ("network.event", "warning", "CELLULAR lost, 2 stops wait to be sent"),
    ("navigation", "info", "HandOverScreen"),
)

FAULTS = (
    Fault(
        part="catalog",
        kind="*errors.errorString",
        said="context deadline exceeded",
        frames=(
            *_SERVE,
            Frame(
                function="(*Handler).ListItems",
                module="larkspur.example/catalog/api",
                file="api/items.go",
                line=77,
                code="""
                     ctx, cancel := context.WithTimeout(r.Context(), listTimeout)
                     defer cancel()
                >    items, err := h.index.Find(ctx, filterOf(r))
                     if err != nil {
                         report(ctx, err)
                """,
            ),
            Frame(
                function="(*Index).Find",
                module="larkspur.example/catalog/index",
                file="index/find.go",
                line=41,
                code="""
                     for _, shard := range x.shards {
                         group.Go(func() error {
                >            return shard.Scan(ctx, filter, hits)
                         })
                     }
                """,
            ),
        ),
        a_day=16,
        shape="nightly",
        url="https://catalog.larkspur.example/items?season=winter",
        transaction="GET /items",
    ),
    Fault(
        part="catalog",
        kind="runtime.Error",
        said="index out of range [3] with length 3",
        frames=(
            *_SERVE,
            Frame(
                function="bestPhoto",
                module="larkspur.example/catalog/photos",
                file="photos/best.go",
                line=29,
                code="""
                     sort.Slice(found, byWidth(found))
                >    return found[want]
                    }
                """,
            ),
        ),
        a_day=12,
        shape="fresh",
        since=1,
        is_handled=False,
        level="fatal",
        url="https://catalog.larkspur.example/items/LK-377",
        transaction="GET /items/{sku}",
    ),
    Fault(
        part="courier-app",
        kind="IllegalStateException",
        said="Fragment HandOver not attached to an activity",
        frames=(
            *_THREAD,
            Frame(
                function="onSigned",
                module="com.larkspur.courier.handover.HandOverFragment",
                file="HandOverFragment.kt",
                line=141,
                code="""
                     private fun onSigned(signature: Bitmap) {
                       lifecycleScope.launch {
                         repository.store(stop.id, signature)
                >        requireActivity().onBackPressedDispatcher.onBackPressed()
                       }
                     }
                """,
            ),
        ),
        a_day=20,
        until=1,
        shape="fading",
        is_handled=False,
        level="fatal",
        mechanism="UncaughtExceptionHandler",
        transaction="HandOverScreen",
        crumbs=_TOUR,
    ),
    Fault(
        part="courier-app",
        kind="UnknownHostException",
        said='Unable to resolve host "api.larkspur.example"',
        frames=(
            _COROUTINE,
            Frame(
                function="upload",
                module="com.larkspur.courier.sync.StopUploader",
                file="StopUploader.kt",
                line=52,
                code="""
                     suspend fun upload(stops: List<Stop>) {
                       for (stop in stops) {
                >        val answer = api.put("/stops/${stop.id}", stop.toBody())
                         journal.mark(stop.id, answer.revision)
                       }
                     }
                """,
            ),
        ),
        a_day=13,
        level="warning",
        transaction="StopUploader",
        crumbs=_TOUR[:4],
    ),
    Fault(
        part="courier-app",
        kind="OutOfMemoryError",
        has_notes=True,
        said="Failed to allocate a 50331660 byte allocation with {count}21104 free bytes",
        frames=(
            *_THREAD,
            Frame(
                function="decodeProof",
                module="com.larkspur.courier.photos.Proof",
                file="Proof.kt",
                line=64,
                code="""
                     fun decodeProof(file: File): Bitmap {
                       val options = BitmapFactory.Options()
                >      return BitmapFactory.decodeFile(file.path, options)
                     }
                """,
            ),
        ),
        a_day=5,
        shape="fresh",
        since=2,
        is_handled=False,
        level="fatal",
        mechanism="UncaughtExceptionHandler",
        transaction="ProofScreen",
    ),
)
