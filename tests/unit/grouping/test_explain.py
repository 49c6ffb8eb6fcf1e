"""What a person is told about a grouping."""

from urgentry.grouping import compile_config, explain_event, grouping_info


def test_every_part_says_whether_it_counts_and_why_not() -> None:
    event = {
        "platform": "python",
        "exception": {
            "values": [
                {
                    "type": "ValueError",
                    "value": "no 7",
                    "stacktrace": {
                        "frames": [
                            {"module": "lib", "function": "f", "in_app": False},
                            {
                                "module": "app",
                                "filename": "a/App.py",
                                "function": "g",
                                "in_app": True,
                                "context_line": "  g(  1 )",
                            },
                        ]
                    },
                }
            ]
        },
        "logentry": {"formatted": "hello"},
    }
    config = compile_config(enhancements="module:lib +app -group")
    told = grouping_info(explain_event(event, config))
    assert told["grouping_config"] == "newstyle:2026-01-20"
    assert list(told["variants"]) == ["system", "app", "default"]
    app, default = told["variants"]["app"], told["variants"]["default"]
    exception = app["component"]["values"][0]
    kind, value, _, stacktrace = exception["values"]
    assert (kind["contributes"], kind["values"]) == (True, ["ValueError"])
    assert value == {
        "id": "value",
        "name": "value",
        "contributes": False,
        "hint": "ignored because stacktrace takes precedence",
        "values": ["no <int>"],
    }
    hints = [frame["hint"] for frame in stacktrace["values"]]
    assert hints == ["ignored by stack trace rule (module:lib +app -group)", None]
    module, filename, function, line = stacktrace["values"][1]["values"]
    assert [part["values"] for part in (module, filename, function, line)] == [
        ["app"],
        ["app.py"],
        ["g"],
        ["g( 1 )"],
    ]
    assert filename["hint"] == "module takes precedence"
    assert app["description"] == "in-app exception stack-trace"
    assert told["variants"]["system"]["hint"] == "exception of app takes precedence"
    assert (default["hash"], default["hint"]) == (None, "exception of app takes precedence")


def test_a_rule_and_what_the_client_sent_are_named() -> None:
    event = {"logentry": {"formatted": "a"}, "fingerprint": ["mine"]}
    config = compile_config(fingerprinting="message:a -> yours {{ level }}")
    told = grouping_info(explain_event(event, config))["variants"]["custom_server_fingerprint"]
    assert told["values"] == ["yours", "<no-level>"]
    assert told["client_values"] == ["mine"]
    assert told["matched_rule"] == 'message:"a" -> "yours{{ level }}"'
