r"""One answer out of several: the votes of an ensemble's members, in NumPy.

With $M$ members, $p_m(k)$ the probability that member $m$ gives class $k$, and $v(k)$ how many members
put class $k$ first:

| vote | score of class $k$ |
| --- | --- |
| `soft` | $\bar p(k) = \frac{1}{M} \sum_m p_m(k)$ |
| `hard` | $(v(k) + \bar p(k)) / (M + 1)$ |
| `mean` (numbers) | $\frac{1}{M} \sum_m \hat y_m$, in the target's unit |

The score of a hard vote is the share of the votes, with one more vote that is shared out by the mean
probabilities. Its order is that of the votes, since a class with a vote fewer cannot make up for it, and
classes with equally many votes are ordered by their mean probability: it breaks ties. The scores of a row
sum to one.

Source: Hansen and Salamon, Neural Network Ensembles, 1990; Kuncheva, Combining Pattern Classifiers, 2004,
chapters 4 and 5.
"""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dnnctl.evaluation.classification import columns, predicted_labels


class Ballot:
    """Collects the answers of members, one after the other, to the same rows.

    Args:
        vote: `soft` or `hard` for classes and labels, `mean` for numbers.
        several: Whether each column is the probability of a label of its own, on which each member votes.
    """

    def __init__(self, vote: Literal["soft", "hard", "mean"], *, several: bool = False) -> None:
        self._vote, self._several = vote, several
        self._members = 0
        self._sum: NDArray[np.float64] = np.zeros((0, 0))
        self._votes: NDArray[np.float64] = np.zeros((0, 0))

    def cast(self, scores: NDArray[Any]) -> None:
        """Add a member's answers.

        Args:
            scores: (n, classes) probabilities or (n,) of class 1; (n, labels) probabilities; or (n, targets) values.
        """
        table = np.asarray(scores if self._vote == "mean" or self._several else columns(scores), np.float64)
        if not self._members:
            self._sum, self._votes = np.zeros(table.shape), np.zeros(table.shape)
        self._members += 1
        self._sum += table
        if self._vote == "hard" and self._several:
            self._votes += table > 0.5
        elif self._vote == "hard" and len(table):
            self._votes[np.arange(len(table)), predicted_labels(scores)] += 1

    def count(self) -> NDArray[np.float64]:
        """Return what the members say together.

        Returns:
            float64 (n, classes) scores that sum to one, (n, labels) scores of 0 to 1, or (n, targets) values.
        """
        mean = self._sum / self._members
        return mean if self._vote != "hard" else (self._votes + mean) / (self._members + 1)
