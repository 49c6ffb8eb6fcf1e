"""What goes wrong in the service that takes orders, which is written in Python."""

from urgentry.demo.faults import Fault, Frame

_LIBRARY = "/usr/local/lib/python3.13/site-packages"
_WEB = tuple(
    Frame(
        function=name,
        file=f"{_LIBRARY}/{file}",
        module=module,
        line=line,
        is_ours=False,
    )
    for name, file, module, line in (
        ("__call__", "starlette/middleware/errors.py", "starlette.middleware.errors", 164),
        ("app", "fastapi/routing.py", "fastapi.routing", 302),
        ("run_endpoint_function", "fastapi/routing.py", "fastapi.routing", 213),
    )
)
_PLACE_ORDER = Frame(
    function="place_order",
    file="checkout/orders/place.py",
    module="checkout.orders.place",
    line=88,
    code="""
         async def place_order(cart: Cart, customer: Customer) -> Order:
             reserved = await stock.reserve(cart.lines)
             total = price(cart, customer.country)
        >    charge = await payments.charge(customer.wallet, total, reference=cart.id)
             order = await orders.insert(cart, charge, reserved)
             await outbox.put(OrderPlaced(order.id))
             return order
    """,
    variables={
        "cart": "<Cart 7f31 lines=3>",
        "total": "Money('184.90', 'EUR')",
        "reserved": "[<Reservation LK-204>, <Reservation LK-377>]",
    },
)
_CHARGE = Frame(
    function="charge",
    file="checkout/payments/gateway.py",
    module="checkout.payments.gateway",
    line=61,
    code="""
             body = {"amount": total.minor, "currency": total.currency, "reference": reference}
             try:
        >        answer = await self._http.post("/v2/charges", json=body, timeout=4.0)
             except httpx.TimeoutException as error:
                 raise GatewayTimeout(reference) from error
    """,
    variables={"attempt": "2", "reference": "'7f31'"},
)
_SQL = Frame(
    function="_execute_context",
    file=f"{_LIBRARY}/sqlalchemy/engine/base.py",
    module="sqlalchemy.engine.base",
    line=1967,
    is_ours=False,
)
_RESERVE = Frame(
    function="reserve",
    file="checkout/stock/reserve.py",
    module="checkout.stock.reserve",
    line=34,
    code="""
         async def reserve(lines: Sequence[Line]) -> list[Reservation]:
             async with session.begin():
                 for line in lines:
        >            await session.execute(HOLD, {"sku": line.sku, "count": line.count})
                 return await held(session, lines)
    """,
    variables={"line": "Line(sku='LK-204', count=2)"},
)
_VAT = Frame(
    function="rate_of",
    file="checkout/prices/vat.py",
    module="checkout.prices.vat",
    line=19,
    code="""
         def rate_of(country: str, kind: str) -> Decimal:
        >    return RATES[country][kind]
    """,
    variables={"country": "'XI'", "kind": "'footwear'"},
)
_API = "https://api.larkspur.example"
_TRAIL = (
    ("httplib", "info", "GET http://catalog/items?ids=204,377 [200]"),
    ("query", "info", "SELECT … FROM stock WHERE sku = ANY($1) FOR UPDATE"),
    ("checkout.orders", "info", "cart is priced"),
    ("httplib", "warning", "POST https://gateway.example/v2/charges [timeout]"),
)

FAULTS = (
    Fault(
        part="checkout",
        kind="GatewayTimeout",
        said="charge {order} was not answered in 4.0 s",
        frames=(*_WEB, _PLACE_ORDER, _CHARGE),
        cause=("ReadTimeout", "the read operation timed out", (_CHARGE,)),
        a_day=18,
        shape="spike",
        mechanism="fastapi",
        is_handled=False,
        method="POST",
        url=f"{_API}/orders",
        transaction="POST /orders",
        body={"cart": "7f31", "wallet": "w_8821", "express": True},
        crumbs=_TRAIL,
        tags={"gateway": ("north", "south"), "express": ("yes", "no")},
    ),
    Fault(
        part="checkout",
        kind="OperationalError",
        said="deadlock detected while locking stock of {sku}",
        frames=(*_WEB, _RESERVE, _SQL),
        a_day=8,
        shape="nightly",
        method="POST",
        url=f"{_API}/orders",
        transaction="POST /orders",
        crumbs=_TRAIL[:2],
    ),
    Fault(
        part="checkout",
        kind="KeyError",
        said="'XI'",
        frames=(*_WEB, _VAT),
        a_day=6,
        shape="fresh",
        since=2,
        is_handled=False,
        mechanism="fastapi",
        method="POST",
        url=f"{_API}/prices",
        transaction="POST /prices",
        body={"country": "XI", "lines": [{"sku": "LK-204", "count": 2}]},
    ),
    Fault(
        part="checkout",
        kind="ValidationError",
        said="2 validation errors for Address: postcode, street",
        frames=(
            *_WEB,
            Frame(
                function="read_address",
                file="checkout/customers/address.py",
                module="checkout.customers.address",
                line=27,
                code="""
                     def read_address(form: Mapping[str, str]) -> Address:
                >        return Address.model_validate(form)
                """,
                variables={"form": "{'country': 'NL', 'postcode': '', 'street': ''}"},
            ),
        ),
        a_day=11,
        level="warning",
        method="PUT",
        url=f"{_API}/customers/me/address",
        transaction="PUT /customers/me/address",
    ),
    Fault(
        part="checkout",
        kind="",
        said="Stock went below zero after order {order}",
        a_day=3,
        level="warning",
        logger="checkout.stock",
        transaction="stock.reconcile",
    ),
)
