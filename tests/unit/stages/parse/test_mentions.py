import builders
import pytest

from corpusbuilder.stages.parse.mentions import find_mentions
