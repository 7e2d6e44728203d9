"""The stand-in of every data set: what ``load`` gives where the real files are not at hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from course.datasets.shapes import Dataset, Head
from course.datasets.standins import films, images, mails, markets, series, tables, text

STAND_INS: Mapping[str, Callable[[Head], Dataset]] = MappingProxyType(
    {
        "mnist": images.mnist,
        "fashion_mnist": images.fashion_mnist,
        "california_housing": tables.california_housing,
        "titanic": tables.titanic,
        "spamassassin": mails.spamassassin,
        "olivetti_faces": images.olivetti_faces,
        "covtype": tables.covtype,
        "cifar10": images.cifar10,
        "hymenoptera": images.hymenoptera,
        "flowers": images.flowers,
        "penn_fudan": images.penn_fudan,
        "cta_ridership": series.cta_ridership,
        "jsb_chorales": series.jsb_chorales,
        "quickdraw": series.quickdraw,
        "yesno_speech": series.yesno_speech,
        "lifesat": markets.lifesat,
        "bike_sharing": markets.bike_sharing,
        "cardekho": markets.cardekho,
        "tiny_shakespeare": text.tiny_shakespeare,
        "imdb": text.imdb,
        "spa_eng": text.spa_eng,
        "wiki_movie_plots": films.wiki_movie_plots,
    }
)
