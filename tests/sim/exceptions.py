"""Where moto is not AWS: what it may answer otherwise, and why.

An exemption that no answer needs is a complaint, so that this table does not outlive moto's gaps.
Cases that moto cannot answer at all say so themselves, see `Case.moto`.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

from case import Case


class Difference(enum.Enum):
    VALUE = "another value"
    ONLY_MOTO = "only moto has it"
    ONLY_AWS = "moto lacks it"


@dataclass(frozen=True)
class Exemption:
    """Fields of an operation that may differ in one way."""

    operation: str
    path: str
    how: Difference
    reason: str
    # Whether a differing value must still be of the same kind.
    same_kind: bool = True

    def holds(self, case: Case, path: str, how: Difference) -> bool:
        if self.how is not how or not re.fullmatch(self.operation, case.operation):
            return False
        return re.fullmatch(self.path, path) is not None


EXCEPTIONS: list[Exemption] = []
