# %% [markdown]
# # Transformers: language models and chatbots
#
# Models that have read much, and are taught the rest by few examples.
#
# ### Afterwards you can
#
# - load a pretrained model, and fine-tune it for a task of your own;
# - say whether that was worth it, beside simpler models;
# - let a language model write, and decide how daring it is.
#
# ### Before you start
#
# You need PyTorch, and to know what attention is. It takes about {minutes} minutes in all.
#
# Cells marked *Look* are for your eyes. Where one begins with `needs(…)`, it shows answers of yours, and says in one
# line which of them you have not begun yet.

# %%
from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification, AutoTokenizer

from transformers.utils.logging import set_verbosity_error

from course import device
from course.datasets import load

set_verbosity_error()  # else each loading lists the weights that are new, such as a head's

# Two small models that come with the course. What they were trained on is said where they are used first.
SMALL_BERT = str(load("small_bert").folder)
SMALL_GPT = str(load("small_gpt").folder)

# %% [markdown]
# ## 12. Fine-tune a BERT
#
# A BERT has learned to fill gaps in texts. With a new head, and some epochs of training at a small learning rate, it
# learns to judge them. The real one is large: 110 million numbers to download, and an hour or more of fine-tuning
# without a GPU. So you work with a small one of the same class. It has two layers and 64 numbers for each token, and
# has learned from the reviews in IMDb's training set to fill gaps in them, without their labels. The same code works
# with the real one: only the name is another.
#
# Write `load_classifier(source)`, which loads an encoder with a new head, and its tokenizer; and
# `prepare(texts, tokenizer)`, which makes batches. `SMALL_BERT` is the small one's folder.

# %% exercise="p.15.12" points=17
from solutions.ch15_transformers.sentiment import load_classifier, prepare

# %% [markdown]
# There are two ways to use it. The cheap one leaves the encoder as it is, *frozen*: it turns texts into numbers, from
# which any classifier learns. Write `frozen_features(…)`. Then what a model with a head says:
# `praise_probability(…)` and `predict(…)`.

# %% exercise="p.15.12"
from solutions.ch15_transformers.sentiment import frozen_features, praise_probability, predict, _batches

# %% [markdown]
# The other way is *fine-tuning*: `finetune_classifier(…)` trains head and encoder together.
#
# It is graded on a language that is made up for you, with a small BERT of two layers whose tokens are words, which
# knows nothing yet. Each review has one word of praise and one of blame, and the later one decides; in a second
# language it is the earlier one. Who counts words, in whatever way, is right in half of all cases. After five epochs on
# 600 reviews with `learning_rate=4e-3`, your models have to know {bar:test_learns_that_order_counts:.1%} of 300 others,
# as the mean of both. If only the head learns, it is
# {naive:test_learns_that_order_counts/only_the_head:.0%}; if positions say nothing,
# {naive:test_learns_that_order_counts/a_bag_of_words:.0%}; and with batches of 128,
# {naive:test_learns_that_order_counts/large_batches:.0%}. Batches of 16 texts, a learning rate that rises at first and
# falls later, and clipped gradients will do. Aim for five seconds at most for each.

# %% exercise="p.15.12"
from solutions.ch15_transformers.sentiment import finetune_classifier

# %% [markdown]
# *Look*: three ways to judge reviews that first say one thing and then another, such as "at first the plot was
# boring, I thought, but in the end the cast was wonderful, I thought". What counts is the end. A bag of words and of
# pairs of words, the frozen encoder's features, and the fine-tuned encoder learn from the same 600 reviews.

# %% demo
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

rng = np.random.default_rng(0)
kind, unkind = ["wonderful", "great", "funny", "moving"], ["boring", "awful", "silly", "weak"]


def mixed_reviews(n):
    labels, texts = rng.integers(2, size=n), []
    for label in labels:
        first, last = (unkind, kind) if label else (kind, unkind)
        one, other = rng.choice(["plot", "cast", "music", "director", "script"], 2, replace=False)
        texts.append(f"at first the {one} was {rng.choice(first)} , i thought , but in the end the {other} was "
                     f"{rng.choice(last)} , i thought .")  # fmt: skip
    return texts, labels


(texts, labels), (others, wanted) = mixed_reviews(600), mixed_reviews(400)
model, tokenizer = load_classifier(SMALL_BERT)
scores = {}
bag = make_pipeline(CountVectorizer(ngram_range=(1, 2)), LogisticRegression()).fit(texts, labels)
scores["bag of words and pairs"] = bag.score(others, wanted)
frozen = LogisticRegression(max_iter=2000).fit(frozen_features(model, tokenizer, texts), labels)
scores["frozen features"] = frozen.score(frozen_features(model, tokenizer, others), wanted)
finetune_classifier(model, tokenizer, (texts, labels), (others, wanted), n_epochs=6, learning_rate=1e-3)
scores["fine-tuned"] = float(np.mean(predict(model, tokenizer, others) == wanted))
pd.Series(scores).plot.barh(figsize=(6, 2), xlim=(0, 1), xlabel="share of 400 others judged rightly")
plt.show()

# %% [markdown]
# With a network, and better with a GPU, this is the real one on the real reviews. The book reports about 88% of the
# test reviews for a frozen encoder, and about 90% after two epochs of fine-tuning. It is shown as text, since the
# course's machines load nothing from elsewhere:
#
# ```python
# data = load("imdb")
# order = np.random.default_rng(0).permutation(25_000)
# texts, labels = [data.X_train[i] for i in order], data.y_train[order]
# model, tokenizer = load_classifier("bert-base-uncased")
# head = LogisticRegression(max_iter=2000).fit(frozen_features(model.to(device()), tokenizer, texts), labels)
# print("frozen:", head.score(frozen_features(model, tokenizer, data.X_test), data.y_test))
# train, valid = (texts[:22_500], labels[:22_500]), (texts[22_500:], labels[22_500:])
# print(finetune_classifier(model, tokenizer, train, valid, n_epochs=2, learning_rate=2e-5))
# print("fine-tuned:", np.mean(predict(model.to(device()), tokenizer, data.X_test) == data.y_test))
# ```
#
# ## 13. A GPT that writes
#
# A GPT has learned to say how likely each token is to come next. `SMALL_GPT` is a folder with a small one: a GPT-2 of
# three layers, whose 512 tokens are pieces of words, trained on the first nine tenths of some plays of Shakespeare.
#
# Write `make_blocks(text, tokenizer, length)`, `finetune_writer(…)`, which trains a model on, and
# `perplexity(model, blocks)`, which says how unsure it is. A model of the library gives the loss itself if it gets
# `labels`; read in its documentation whose token it compares with which logits.
#
# It is graded on speeches in a made-up language. Six speakers have four words each of their own, and between two of
# these are three words that all of them use, so that the tokens just before do not give away who speaks. A small GPT-2
# of two layers that knows nothing yet gets 240 speeches of 24 tokens, twelve epochs and `learning_rate=6e-3`. Asked
# about others, its perplexity has to be at most {bar:test_less_unsure_than_any_n_gram:.0%} of that of the best n-gram
# model (of orders 1 to 4, counted on the same speeches). A model whose loss is shifted twice gets
# {naive:test_less_unsure_than_any_n_gram/shifted_twice:.0%}, and one that is shown four tokens at a time
# {naive:test_less_unsure_than_any_n_gram/short_sight:.0%}. Batches of eight blocks will do.

# %% exercise="p.15.13" points=20
from solutions.ch15_transformers.shakespeare import make_blocks, finetune_writer, perplexity

# %% [markdown]
# Now to the writing. At each step one token is drawn, and there are three knobs: a *temperature*, the *k* likeliest
# tokens, and the *nucleus*, the likeliest ones that together reach a probability. Write `next_probabilities(…)`,
# `draw_tokens(…)`, whose draws have to stand a chi-square test, and `generate(…)`.

# %% exercise="p.15.13"
from solutions.ch15_transformers.writing import next_probabilities, draw_tokens, generate

# %% [markdown]
# *Look*: which tokens may follow "ROMEO:", and how likely each knob makes them.

# %% demo
tokenizer = AutoTokenizer.from_pretrained(SMALL_GPT)
model = AutoModelForCausalLM.from_pretrained(SMALL_GPT, dtype=torch.float32).eval()
with torch.no_grad():
    logits = model(**tokenizer("ROMEO:\nWhat, is the", return_tensors="pt")).logits[0, -1].numpy()
knobs = {"as it is": {}, "temperature 0.5": {"temperature": 0.5}, "top_k 5": {"top_k": 5}, "top_p 0.5": {"top_p": 0.5}}
chances = {name: next_probabilities(logits, **options) for name, options in knobs.items()}
shown = np.argsort(-logits)[:15]
table = pd.DataFrame({name: values[shown] for name, values in chances.items()}, [tokenizer.decode(i) for i in shown])
table.plot.bar(subplots=True, legend=False, figsize=(7, 6), sharey=True)
plt.tight_layout()
plt.show()

# %% [markdown]
# *Look*: the small model goes on to learn, from a part of the plays that it has not read, and is asked about the rest:
# how unsure is it before and after? And what does it write?

# %% demo
tokenizer = AutoTokenizer.from_pretrained(SMALL_GPT)
model = AutoModelForCausalLM.from_pretrained(SMALL_GPT, dtype=torch.float32)
text = load("tiny_shakespeare").text
unread = text[len(text) * 9 // 10 :]
blocks = make_blocks(unread, tokenizer, 128)
half = len(blocks) // 2
unsure = {"before": perplexity(model, blocks[half:])}
finetune_writer(model, blocks[:half], n_epochs=2, learning_rate=1e-4)
unsure["after"] = perplexity(model, blocks[half:])
print(load("tiny_shakespeare").label, {name: round(value, 1) for name, value in unsure.items()})
for options in ({"top_k": 1}, {"top_p": 0.8}, {"temperature": 2.0}):
    print(f"\n--- {options}\n{generate(model, tokenizer, 'ROMEO:', 70, **options)}")

# %% [markdown]
# The real GPT-2 has 124 million numbers. With a network and a GPU it is loaded by its name and trained on in the same
# way. It is shown as text, since the course's machines load nothing from elsewhere:
#
# ```python
# tokenizer = AutoTokenizer.from_pretrained("gpt2")
# model = AutoModelForCausalLM.from_pretrained("gpt2", dtype=torch.float32)
# blocks = make_blocks(text[: len(text) * 9 // 10], tokenizer, 256)
# held_out = make_blocks(unread, tokenizer, 256)
# print(perplexity(model, held_out))
# finetune_writer(model, blocks, n_epochs=2, learning_rate=5e-5)
# print(perplexity(model, held_out))
# print(generate(model, tokenizer, "ROMEO:", 100, temperature=0.9, top_p=0.9))
# ```

# %% [markdown]
# ## Further
#
# - How many labelled reviews does the fine-tuned encoder need to overtake a bag of words on the real reviews?
# - Let `generate` write with a `top_p` of 0.3 and of 0.99. Which text would you rather read aloud?
