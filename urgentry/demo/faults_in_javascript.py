"""What goes wrong in the browser, and in the service of invoices, which runs on Node."""

from urgentry.demo.faults import Fault, Frame

_HOST = "https://shop.larkspur.example"
_RENDER = tuple(
    Frame(
        function=name,
        file=f"{_HOST}/node_modules/react-dom/client.js",
        line=line,
        column=17,
        is_ours=False,
    )
    for name, line in (
        ("performWorkUntilDeadline", 13_870),
        ("performWorkOnRoot", 12_204),
        ("renderRootSync", 11_980),
        ("beginWork", 9_121),
        ("updateFunctionComponent", 7_811),
        ("renderWithHooks", 4_655),
    )
)
_CART = Frame(
    function="CartSummary",
    file=f"{_HOST}/src/cart/CartSummary.tsx",
    line=48,
    column=34,
    code="""
         export function CartSummary({ cart }: Props) {
           const currency = useCurrency();
           const lines = useMemo(() => {
        >    return cart.items.map((item) => toLine(item, currency));
           }, [cart, currency]);

           return <SummaryTable lines={lines} footer={<Totals lines={lines} />} />;
    """,
)
_FETCH = Frame(
    function="getJson",
    file=f"{_HOST}/src/net/getJson.ts",
    line=21,
    column=11,
    code="""
         export async function getJson<T>(path: string, init?: RequestInit): Promise<T> {
           const answer = await fetch(`${apiBase}${path}`, init);
           if (!answer.ok) {
        >    throw new HttpError(answer.status, path);
           }
           return (await answer.json()) as T;
         }
    """,
)
_SEARCH = Frame(
    function="loadSuggestions",
    file=f"{_HOST}/src/search/useSuggestions.ts",
    line=37,
    column=24,
    code="""
           const controller = new AbortController();
           setState({ phase: "loading" });
           try {
        >    const found = await getJson<Suggestion[]>(`/suggest?q=${query}`, { signal });
             setState({ phase: "done", found });
           } catch (error) {
    """,
)
_PAY = Frame(
    function="PaymentStep.submit",
    file=f"{_HOST}/src/checkout/PaymentStep.tsx",
    line=112,
    column=19,
    code="""
             if (!stripe || !elements) return;
             setBusy(true);
             const card = elements.getElement(CardElement);
        >    const { token } = await stripe.createToken(card);
             await pay({ cart: cart.id, token: token.id });
           }
    """,
)
_WALK = (
    ("navigation", "info", "/outdoor/jackets"),
    ("ui.click", "info", "button.add-to-cart"),
    ("fetch", "info", "POST /api/cart/items [200]"),
    ("navigation", "info", "/cart"),
    ("console", "warning", "prices are older than five minutes, asking again"),
    ("fetch", "error", "GET /api/cart [200]"),
)
_EXPRESS = tuple(
    Frame(function=name, file=f"/app/node_modules/express/lib/{file}", line=line, is_ours=False)
    for name, file, line in (
        ("Layer.handleRequest", "router/layer.js", 152),
        ("next", "router/route.js", 157),
        ("Route.dispatch", "router/route.js", 117),
    )
)

FAULTS = (
    Fault(
        part="storefront",
        kind="TypeError",
        said="Cannot read properties of undefined (reading 'map')",
        frames=(*_RENDER, _CART),
        a_day=46,
        shape="fresh",
        since=3,
        is_handled=False,
        mechanism="auto.browser.global_handlers.onerror",
        url=f"{_HOST}/cart",
        transaction="/cart",
        crumbs=_WALK,
        tags={"experiment.cart": ("summary-v2", "control")},
    ),
    Fault(
        part="storefront",
        kind="HttpError",
        said="502 from /suggest",
        frames=(_SEARCH, _FETCH),
        a_day=22,
        shape="spike",
        url=f"{_HOST}/search?q=tent",
        transaction="/search",
        crumbs=_WALK[:3],
    ),
    Fault(
        part="storefront",
        kind="ChunkLoadError",
        said="Loading chunk 318 failed after 3 attempts",
        frames=(
            Frame(
                function="__webpack_require__.f.j",
                file=f"{_HOST}/assets/runtime.js",
                line=1,
                column=2_310,
                is_ours=False,
            ),
            Frame(
                function="openSizeGuide",
                file=f"{_HOST}/src/product/SizeGuide.tsx",
                line=14,
                column=9,
            ),
        ),
        a_day=9,
        is_handled=False,
        mechanism="auto.browser.global_handlers.onunhandledrejection",
        url=f"{_HOST}/outdoor/jackets/trailhead",
        transaction="/:category/:product",
    ),
    Fault(
        part="storefront",
        kind="TypeError",
        said="null is not an object (evaluating 'stripe.createToken')",
        frames=(*_RENDER[:2], _PAY),
        a_day=14,
        shape="fading",
        until=3,
        url=f"{_HOST}/checkout/payment",
        transaction="/checkout/payment",
        crumbs=_WALK,
    ),
    Fault(
        part="storefront",
        kind="",
        said="Slow first paint: %s on {ms} ms",
        a_day=5,
        level="warning",
        logger="web-vitals",
        url=f"{_HOST}/",
        transaction="/",
    ),
    Fault(
        part="billing",
        kind="RangeError",
        said="Invalid currency code : undefined",
        frames=(
            *_EXPRESS,
            Frame(
                function="renderInvoice",
                file="/app/src/invoices/render.ts",
                line=73,
                column=22,
                module="invoices.render",
                code="""
                     const style = { style: "currency", currency };
                >    const money = new Intl.NumberFormat(locale, style);
                     return template({ number, lines: lines.map((l) => row(l, money)) });
                """,
            ),
        ),
        a_day=7,
        since=1,
        url="https://billing.larkspur.example/invoices/{order}/pdf",
        transaction="GET /invoices/:number/pdf",
    ),
    Fault(
        part="billing",
        kind="Error",
        said="connect ECONNREFUSED 10.20.0.14:6379",
        frames=(
            Frame(
                function="TCPConnectWrap.afterConnect", file="node:net", line=1637, is_ours=False
            ),
            Frame(
                function="QueueClient.reconnect",
                file="/app/src/queue/client.ts",
                line=58,
                column=13,
                module="queue.client",
                code="""
                     async reconnect(): Promise<void> {
                       this.attempts += 1;
                >      this.socket = await connect({ host: this.host, port: this.port });
                       this.attempts = 0;
                     }
                """,
            ),
        ),
        a_day=60,
        shape="once",
        level="fatal",
        is_handled=False,
        transaction="queue worker",
        mechanism="onuncaughtexception",
    ),
)
