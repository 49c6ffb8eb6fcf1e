"""The Job that migrates: before everything else, with nothing that the release itself makes."""

import pytest

from tests.chart.rendering import POSTGRES, SHARED, Json, merged, render

NAME = "urgentry-migrate-1"


def test_it_runs_before_the_first_installation_and_each_upgrade() -> None:
    for upgrade in (False, True):
        job = render(POSTGRES, upgrade=upgrade).get("Job", NAME)
        assert job["metadata"]["annotations"] == {
            "helm.sh/hook": "pre-install,pre-upgrade",
            "helm.sh/hook-weight": "-5",
            "helm.sh/hook-delete-policy": "before-hook-creation,hook-succeeded",
        }


def test_it_needs_the_existing_secret_alone() -> None:
    """Nothing of the release exists at that time: no ConfigMap, account, claim or pooler."""
    values = merged(
        SHARED,
        {
            "postgres": {"existingSecretPasswordKey": "password"},
            "pgbouncer": {"enabled": True},
            "extraEnv": [{"name": "TZ", "value": "UTC"}],
            "extraVolumes": [{"name": "made", "configMap": {"name": "made-by-extra-objects"}}],
        },
    )
    rendered = render(values)
    pod, container = rendered.pod("Job", NAME), rendered.container("Job", NAME)
    assert "serviceAccountName" not in pod
    assert "volumes" not in pod
    assert not {"envFrom", "volumeMounts"} & container.keys()
    secrets = [
        variable["valueFrom"]["secretKeyRef"]["name"]
        for variable in container["env"]
        if "valueFrom" in variable
    ]
    assert secrets == ["urgentry-postgres"]
    assert container["args"] == ["migrate"]
    assert "command" not in container
    assert container["image"] == rendered.container()["image"]


def test_it_is_tried_again_given_up_and_its_log_is_kept() -> None:
    spec = render(POSTGRES).get("Job", NAME)["spec"]
    assert spec["template"]["spec"]["restartPolicy"] == "Never"
    assert (spec["backoffLimit"], spec["activeDeadlineSeconds"]) == (3, 3600)
    policy = render(POSTGRES).get("Job", NAME)["metadata"]["annotations"]
    assert "hook-failed" not in policy["helm.sh/hook-delete-policy"]


@pytest.mark.parametrize("values", [{}, merged(POSTGRES, {"migrate": {"enabled": False}})])
def test_sqlite_migrates_itself_and_so_may_people(values: Json) -> None:
    assert "Job" not in render(values).kinds()


def test_a_certificate_authority_can_be_given_to_it() -> None:
    mount = {"name": "ca", "mountPath": "/etc/ca", "readOnly": True}
    volume = {"name": "ca", "secret": {"secretName": "ca"}}
    given = {"extraVolumes": [volume], "extraVolumeMounts": [mount]}
    rendered = render(merged(POSTGRES, {"migrate": given}))
    assert rendered.pod("Job", NAME)["volumes"] == [volume]
    assert rendered.container("Job", NAME)["volumeMounts"] == [mount]
