"""Full-size figures of chapter 15: semantic search and the chatbot."""

from transformers import AutoModel, AutoTokenizer

from autograder.checks.ch15_transformers.inputs_plots import by_words, unseen_films
from autograder.testing import headline
from course.datasets import load
from solutions.ch15_transformers.search import embed, recall_at


@headline(
    "p.15.14",
    "films found in other words, recall@10 beside TF-IDF's",
    book="",
    data="wiki_movie_plots",
    holds=lambda value: value > 1.5,
)
def films_in_other_words() -> tuple[float, str]:
    """With the course's small encoder, trained on the other films."""
    plots, queries, documents = unseen_films()
    folder = load("small_sentences").folder
    tokenizer, encoder = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder)
    found = recall_at(10, *(embed(texts, tokenizer, encoder) for texts in (queries, documents)))
    words = recall_at(10, *(by_words(plots, texts) for texts in (queries, documents)))
    return found / words, f"{len(queries)} films"
