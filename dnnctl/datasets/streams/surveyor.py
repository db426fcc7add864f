"""Who makes the survey of a stream once it is asked for, unless it is known from before."""

import contextlib
from functools import cached_property

from dnnctl.datasets.streams.base import Stream
from dnnctl.datasets.streams.cache import cache_folder
from dnnctl.datasets.streams.membership import Membership
from dnnctl.datasets.streams.survey import Survey, survey
from dnnctl.datasets.streams.survey_file import read_survey, save_survey


class Surveyor:
    """A survey that is made when it is needed, and only then.

    Args:
        stream: The rows.
        membership: How they are split.
        classes: How many classes there are; 0 for numbers to predict.
    """

    def __init__(self, stream: Stream, membership: Membership, classes: int) -> None:
        self._stream, self._membership, self._classes = stream, membership, classes

    @cached_property
    def survey(self) -> Survey:
        """What comes of the pass, from the cache if the files are what they were."""
        path = cache_folder("survey", self._stream.identity, self._membership, self._classes).with_suffix(".npz")
        known = read_survey(path)
        if known is not None:
            return known
        found = survey(self._stream, self._membership, self._classes)
        # Where nothing can be kept, the pass is made again the next time.
        with contextlib.suppress(OSError):
            save_survey(found, path)
        return found
