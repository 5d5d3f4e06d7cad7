"""What several answers come to."""

import pytest

from analysis.page.content import Verdict, verdict_of


@pytest.mark.parametrize("answers, verdict", [
    ([], Verdict.OPEN), ([None, None], Verdict.OPEN), ([True, True], Verdict.REPRODUCED),
    ([True, None], Verdict.PARTLY), ([True, False], Verdict.PARTLY),
    ([False, None], Verdict.CONTRADICTED), ([False], Verdict.CONTRADICTED)])
def test_only_what_is_decided_counts(answers, verdict):
    assert verdict_of(answers) is verdict


def test_what_is_not_decided_is_not_said_to_be_wrong():
    assert Verdict.OPEN.value == "not decided"
