"""The stand-in of every data set: what ``load`` gives where the real files are not at hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from course.datasets.shapes import Dataset, Head
from course.datasets.standins import images as standins_images
from course.datasets.standins import mails as standins_mails
from course.datasets.standins import markets as standins_markets
from course.datasets.standins import series as standins_series
from course.datasets.standins import tables as standins_tables
from course.datasets.standins import text as standins_text

STAND_INS: Mapping[str, Callable[[Head], Dataset]] = MappingProxyType(
    {
        "mnist": standins_images.mnist,
        "fashion_mnist": standins_images.fashion_mnist,
        "california_housing": standins_tables.california_housing,
        "titanic": standins_tables.titanic,
        "spamassassin": standins_mails.spamassassin,
        "olivetti_faces": standins_images.olivetti_faces,
        "covtype": standins_tables.covtype,
        "cifar10": standins_images.cifar10,
        "hymenoptera": standins_images.hymenoptera,
        "flowers": standins_images.flowers,
        "penn_fudan": standins_images.penn_fudan,
        "cta_ridership": standins_series.cta_ridership,
        "jsb_chorales": standins_series.jsb_chorales,
        "quickdraw": standins_series.quickdraw,
        "yesno_speech": standins_series.yesno_speech,
        "lifesat": standins_markets.lifesat,
        "bike_sharing": standins_markets.bike_sharing,
        "cardekho": standins_markets.cardekho,
        "tiny_shakespeare": standins_text.tiny_shakespeare,
        "imdb": standins_text.imdb,
        "spa_eng": standins_text.spa_eng,
    }
)
