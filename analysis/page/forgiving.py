"""What happens to an error in the code of a figure."""

from __future__ import annotations

import os


def forgives() -> bool:
    """Whether an error is shown in the report in place of what it spoilt. A reader still wants the
    rest; a test, and the command when a test runs it, has to fail."""
    return "PYTEST_CURRENT_TEST" not in os.environ
