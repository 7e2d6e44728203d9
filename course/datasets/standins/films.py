"""Plots of films that nobody has made.

What happens is told twice in each plot, in other words: the halves of a plot mean the same and share few words, so that
a search by words is not enough, as with the real ones where somebody remembers a film in words of their own.
"""

from __future__ import annotations

from random import Random

import pandas as pd

from course.datasets.shapes import Head, Tables

SEED = 20
OTHERS, RECENT = 200, 100

# For each happening, ways to tell it that share hardly a word.
_EVENTS = (
    ("{who} robs a bank with old friends.", "The heist leaves the crew with stolen money."),
    ("A ship sinks in a storm.", "The captain drowns when the vessel goes down."),
    ("{who} falls in love with a singer.", "Their romance blossoms after the concert."),
    ("A detective looks into a murder.", "The investigator finds out who the killer is."),
    ("The army marches to war.", "Soldiers fight a bloody battle."),
    ("A ghost haunts the old house.", "The spirit scares everybody in the mansion."),
    ("{who} wins the boxing match.", "The fighter knocks his opponent out in the ring."),
    ("A dog gets lost far from home.", "The puppy is found by a family."),
    ("The rocket flies to Mars.", "Astronauts land on the red planet."),
    ("{who} loses a job at the factory.", "The worker is fired by the company."),
    ("The king is poisoned by his brother.", "The throne goes to the traitor."),
    ("Two students fail their exams.", "The pupils have to repeat the year at school."),
    ("A scientist builds a robot.", "The machine turns against its inventor."),
    ("{who} gets married in the village church.", "The bride and groom leave the wedding."),
    ("The train crashes in the mountains.", "Passengers survive the railway accident."),
    ("A lawyer defends an innocent man.", "The trial ends when the judge frees the accused."),
)
_NAMES = ("Ana", "Boris", "Clara", "David", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Kira", "Leo")
_PLACES = ("Paris", "Lagos", "Lima", "Oslo", "Delhi", "a small town", "the desert", "New York")
_LINES = ("It all begins in {place}.", "Years go by.", "{who} comes back to {place}.", "Nobody believes {who}.")
_ENDS = ("In the end, {who} goes home.", "At last there is peace in {place}.", "{who} is never seen again.")
_GENRES = ("drama", "comedy", "thriller", "romance")


def wiki_movie_plots(head: Head) -> Tables:
    """Write plots: four happenings each, told once in the first half and once, otherwise, in the second."""
    rng = Random(SEED)
    titles = [f"The {one} of {other}" for one in ("Road", "Night", "Song", "House", "Last Days") for other in _NAMES]
    titles = [f"{title}{part}" for part in ("", " II", " III", " IV", " V") for title in titles]
    films = pd.DataFrame({"Title": titles[: OTHERS + RECENT], "Plot": [_plot(rng) for _ in range(OTHERS + RECENT)]})
    films["Genre"] = "unknown"
    late = films.index >= OTHERS
    films.loc[late, "Genre"] = [rng.choice(_GENRES) for _ in range(RECENT)]
    recent = films[late].reset_index(drop=True)
    names = recent["Title"].str.replace(" ", "_")
    recent = pd.DataFrame(
        {
            "Release Year": [rng.randrange(2015, 2018) for _ in range(RECENT)],
            "Title": recent["Title"],
            "Origin/Ethnicity": "American",
            "Director": [rng.choice(_NAMES) for _ in range(RECENT)],
            "Cast": [", ".join(rng.sample(_NAMES, 3)) if rng.random() > 0.03 else None for _ in range(RECENT)],
            "Genre": recent["Genre"],
            "Wiki Page": "https://en.wikipedia.org/wiki/" + names,
            "Plot": recent["Plot"],
        }
    )
    return Tables(head, {"films": films, "recent": recent})


def _plot(rng: Random) -> str:
    who, place = rng.choice(_NAMES), rng.choice(_PLACES)
    events = [rng.sample(ways, len(ways)) for ways in rng.sample(_EVENTS, 4)]
    halves = [[ways[half] for ways in rng.sample(events, 4)] for half in (0, 1)]
    lines = [rng.choice(_LINES), *halves[0], rng.choice(_LINES), *halves[1], rng.choice(_ENDS)]
    return " ".join(lines).format(who=who, place=place)
