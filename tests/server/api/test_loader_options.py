"""What the loader of a key brings, chosen over the API."""

from typing import Any

import pytest

from tests.server.api.conftest import BASE_URL, World

KEYS = "/projects/acme/web/keys/"
OFF = {
    "hasReplay": False,
    "hasPerformance": False,
    "hasDebug": False,
    "hasFeedback": False,
    "hasLogsAndMetrics": False,
}


async def test_parts_and_version_are_chosen_one_by_one(world: World) -> None:
    [key] = await world.owner.ok("GET", KEYS)
    assert (key["browserSdkVersion"], key["dynamicSdkLoaderOptions"]) == ("latest", OFF)
    assert key["browserSdk"]["choices"][0] == ["latest", "latest"]
    assert ["8.x", "8.x"] in key["browserSdk"]["choices"]
    assert key["dsn"]["cdn"] == f"{BASE_URL}/js-sdk-loader/{key['public']}.min.js"
    path = f"{KEYS}{key['id']}/"
    changed = await world.owner.ok(
        "PUT", path, {"dynamicSdkLoaderOptions": {"hasReplay": True, "hasDebug": True}}
    )
    assert changed["dynamicSdkLoaderOptions"] == OFF | {"hasReplay": True, "hasDebug": True}
    changed = await world.owner.ok(
        "PUT",
        path,
        {"browserSdkVersion": "8.x", "dynamicSdkLoaderOptions": {"hasDebug": False}},
    )
    assert changed["dynamicSdkLoaderOptions"] == OFF | {"hasReplay": True}
    assert changed["browserSdkVersion"] == "8.x"
    renamed = await world.owner.ok("PUT", path, {"name": "Pages"})
    assert renamed == changed | {"name": "Pages", "label": "Pages"}
    assert await world.owner.ok("PUT", path, renamed) == renamed


async def test_a_key_is_made_with_them(world: World) -> None:
    body = {"browserSdkVersion": "7.x", "dynamicSdkLoaderOptions": {"hasPerformance": True}}
    made = await world.owner.ok("POST", KEYS, body)
    assert made["browserSdkVersion"] == "7.x"
    assert made["dynamicSdkLoaderOptions"] == OFF | {"hasPerformance": True}


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        (
            {"browserSdkVersion": "3.x"},
            {"browserSdkVersion": ['"3.x" is not a valid choice.']},
        ),
        (
            {"dynamicSdkLoaderOptions": {"hasMagic": True}},
            {"hasMagic": ["There is no such option."]},
        ),
        (
            {"dynamicSdkLoaderOptions": {"hasReplay": "yes"}},
            {"hasReplay": ["Must be a valid boolean."]},
        ),
        (
            {"dynamicSdkLoaderOptions": True},
            {"dynamicSdkLoaderOptions": ["Expected an object."]},
        ),
    ],
)
async def test_what_cannot_be_chosen(
    world: World, body: dict[str, Any], answer: dict[str, Any]
) -> None:
    [key] = await world.owner.ok("GET", KEYS)
    for method, path in (("PUT", f"{KEYS}{key['id']}/"), ("POST", KEYS)):
        response = await world.owner.send(method, path, body)
        assert (response.status_code, response.json()) == (400, answer)
    assert await world.owner.ok("GET", KEYS) == [key]
