# %% [markdown]
# # Vision and multimodal transformers
#
# A transformer takes whatever can be cut into tokens: words, and squares of a picture just as well. In this notebook
# you cut pictures up for it, teach one new classes, find photos by words that nobody has written below them, and let a
# model describe photos.
#
# ### Afterwards you can
#
# - say how a vision transformer works, what it is good for, and what its relatives do better;
# - say how models learn from pictures without labels, and what brings words and pictures together;
# - fine-tune a ViT for classes of your own, and name classes with CLIP without any training;
# - build a search engine for photos, and write captions with a processor and a model that fit together.
#
# ### Before you start
#
# You need PyTorch, attention and transformers, and to have read the book's chapters on transformers, for text and for
# vision. A GPU is not needed. `pip install '.[deep]'` brings the library *transformers*, which you use here.
#
# It takes about {minutes} minutes in all, {minutes:core} of them for the core exercises; what is marked *extra* can be
# left out without missing what comes later.
#
# ### How it works
#
# - Write your answer where the cell says so. The text in quotes below each `def` or `class` states what is asked.
# - The examples in that text are run by the cell after your answer, so you see at once whether you are on the way.
# - Questions that ask for words are read by a person. Each comes with a small function that is checked at once, so that
#   you know whether you have understood it.
# - Where a choice is asked for, take your words from the list, as they stand there. The choice counts once the function
#   beside it is right.
# - Cells marked *Look* are for your eyes. They may take a while, they are not graded, and nothing depends on them.
#   Where one begins with `needs(…)`, it shows answers of yours, and says in one line which of them you have not begun
#   yet.
# - Your functions are graded on data that you have not seen. Use only what is passed in: no file that you have not been
#   given the name of, no global variable. What else you need, import in your answer's own cell.
# - Large pretrained models are a download of gigabytes. So the course has trained small ones of the same kind, which
#   come with it: `load("small_vit").folder` and `load("small_clip").folder` are what `from_pretrained` takes. Code for
#   the large ones stands beside it, and runs as it is where there is a network.
# - `device()` is where a network is trained fastest: a GPU if there is one, else the CPU. Move the network and its
#   batches there (`.to(device())`), and hand a trained network back on the CPU (`.cpu()`).

# %%
import copy
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageOps
from torch import Tensor, nn

from course import device
from course.datasets import load
from course.datasets.captioned import COLOURS, PAIRS, SHAPES, TEMPLATES, UNSEEN, captioned_shapes, name_of

# %% [markdown]
# # Transformers that look
#
# ## 1. Pictures as tokens
#
# How does the first vision transformer, ViT, make tokens of a picture, and what becomes of them, up to the class that
# it names? Why was it such a surprise? Five to eight sentences.

# %% exercise="p.16.1" points=3 probe_points=2
from solutions.ch16_vision_language.patches import P_16_1

# %% [markdown]
# Reckon with it: `vit_input(height, width, patch, channels, dim)` counts the tokens, and what is learned to make them.

# %% exercise="p.16.1"
from solutions.ch16_vision_language.patches import vit_input

# %% [markdown]
# ## 2. Uses and limits
#
# What is a plain ViT good for, and what speaks against it? Name two uses and three limits, each with its reason.

# %% exercise="p.16.2" points=3 probe_points=2
from solutions.ch16_vision_language.patches import P_16_2

# %% [markdown]
# One of the limits is a number: `attention_scores(height, width, patch, heads)`.
#
# Then choose all that is true of a plain ViT: `"it can look at the whole picture from the first layer on"`, `"it needs
# more pictures to learn from than a CNN"`, `"its tokens stand for patches of one size in all layers"`, `"it knows from
# its architecture that neighbouring patches belong together"`, `"its attention costs twice as much when a picture has
# twice as many patches"`, `"without positions it would still know where a patch stands"`.

# %% exercise="p.16.2"
from solutions.ch16_vision_language.patches import attention_scores, P_16_2_CHOICE

# %% [markdown]
# ## 3. A student of a convolutional network
#
# What is new about DeiT, compared with ViT, and what did it bring? Would the same idea help other architectures, too?

# %% exercise="p.16.3" points=3 probe_points=2
from solutions.ch16_vision_language.patches import P_16_3

# %% [markdown]
# Write its loss, with *hard* distillation: `deit_loss(class_logits, distil_logits, teacher_logits, y)`.

# %% exercise="p.16.3"
from solutions.ch16_vision_language.patches import deit_loss

# %% [markdown]
# ## 4. Hierarchical transformers
#
# Name two hierarchical vision transformers. What do they do differently from a plain one, and which tasks are they good
# at?

# %% exercise="p.16.4" points=2 probe_points=3
from solutions.ch16_vision_language.patches import P_16_4

# %% [markdown]
# Write `stage_shapes(height, width, patch, dim, n_stages)`, how many tokens there are from stage to stage. Then say of
# each of these whether it is `"plain"` or `"hierarchical"`: ViT, DeiT, PVT, Swin, DINOv2's backbone, MViT. Keep the
# keys of the dictionary.

# %% exercise="p.16.4"
from solutions.ch16_vision_language.patches import stage_shapes, P_16_4_CHOICE

# %% [markdown]
# ## 5. Attention that costs less
#
# Large pictures have many patches, and attention between all of them costs too much. What does PVT do about it, and
# what does Swin? What does it bring?

# %% exercise="p.16.5" points=3 probe_points=2
from solutions.ch16_vision_language.patches import P_16_5

# %% [markdown]
# In numbers: `pairs_attended(rows, columns, window, reduction)`.

# %% exercise="p.16.5"
from solutions.ch16_vision_language.patches import pairs_attended

# %% [markdown]
# *Look*: how the cost grows with the side of the picture, for patches of 4 x 4 pixels.

# %% demo
sides = np.array([224, 448, 896, 1792])
kinds = [pairs_attended(side // 4, side // 4, window=7, reduction=8) for side in sides.tolist()]
for kind in ("full", "reduced", "windowed"):
    plt.loglog(sides, [pairs[kind] for pairs in kinds], marker=".", label=kind)
plt.xlabel("side of the picture, in pixels")
plt.ylabel("pairs of a query and a key")
plt.legend()
plt.show()

# %% [markdown]
# ## 6. Learning without labels: DINO
#
# How does DINO train a ViT without labels, and what keeps it from saying the same of all pictures? What did DINOv2
# change, and what is it used for?

# %% exercise="p.16.6" points=3 probe_points=3
from solutions.ch16_vision_language.unlabelled import P_16_6

# %% [markdown]
# Write its two parts: `dino_loss(student, teacher, centre, student_temperature, teacher_temperature)`, and
# `follow(teacher, student, momentum)`.

# %% exercise="p.16.6"
from solutions.ch16_vision_language.unlabelled import dino_loss, follow

# %% [markdown]
# ## 7. Predicting meanings, not pixels
#
# What is a *joint-embedding predictive architecture*, JEPA? What is its objective, and where do its targets come from?

# %% exercise="p.16.7" points=2 probe_points=2
from solutions.ch16_vision_language.unlabelled import P_16_7

# %% [markdown]
# Write `jepa_loss(predicted, wanted, hidden)`. Then choose the two that belong to a JEPA: what it predicts, and where
# the targets come from: `"the pixels of hidden patches"`, `"the vectors of hidden patches"`, `"the class of the
# picture"`; `"labels"`, `"the raw picture"`, `"an average of earlier encoders"`.

# %% exercise="p.16.7"
from solutions.ch16_vision_language.unlabelled import jepa_loss, P_16_7_CHOICE

# %% [markdown]
# # Words and pictures together
#
# ## 8. More than one kind of data
#
# What is a multimodal model? Name five tasks for one.

# %% exercise="p.16.8" points=3 probe_points=3
from solutions.ch16_vision_language.modalities import P_16_8

# %% [markdown]
# Photos that are searched by words are measured by `recall_at(similarities, k)`: write it. Then choose all the tasks in
# which more than one kind of data has a part (numbers don't count as one): `"describe a photo"`, `"find photos by
# words"`, `"answer a question on a diagram"`, `"write down what is said"`, `"translate a letter"`, `"count the cars on
# a photo"`, `"sort reviews by mood"`.

# %% exercise="p.16.8"
from solutions.ch16_vision_language.modalities import recall_at, P_16_8_CHOICE

# %% [markdown]
# ## 9. Fusion and alignment
#
# Two problems of multimodal learning are called *fusion* and *alignment*. What are they? And why are transformers good
# at both?

# %% exercise="p.16.9" points=3 probe_points=3
from solutions.ch16_vision_language.modalities import P_16_9

# %% [markdown]
# Let words look at the regions of a picture: `cross_attention(words, regions, W_q, W_k, W_v)`.

# %% exercise="p.16.9"
from solutions.ch16_vision_language.modalities import cross_attention

# %% [markdown]
# ## 10. Seven models, one idea each
#
# What is the main idea of each of these: VideoBERT, ViLBERT, CLIP, DALL-E, Perceiver IO, Flamingo, BLIP-2? One sentence
# for each.

# %% exercise="p.16.10" points=3 probe_points=5
from solutions.ch16_vision_language.modalities import P_16_10

# %% [markdown]
# Write the loss of one of them: `clip_loss(images, texts, scale)`. Then say which model has which idea; keep the keys
# of the dictionary.
#
# - A: paints what a text says;
# - B: two streams, one for text and one for regions of the picture, which look at each other;
# - C: layers of gated cross-attention are built into a frozen language model, which learns from examples;
# - D: a small transformer is trained between a frozen vision encoder and a frozen language model;
# - E: one row of words and of clips that were made words by clustering;
# - F: a small array of vectors looks at inputs of any kind, and queries read the answer from it;
# - G: two encoders, trained so that a picture and its own caption are near each other.

# %% exercise="p.16.10"
from solutions.ch16_vision_language.modalities import clip_loss, P_16_10_CHOICE

# %% [markdown]
# ## 11. Twice the inputs, twice the outputs
#
# What becomes of the cost of a Perceiver IO when it gets twice as many inputs and is asked for twice as many outputs?
# Write `perceiver_pairs(n_inputs, n_outputs, n_latents, n_blocks)` and `growth(n_inputs, n_outputs, n_latents,
# n_blocks)`. Then choose what is true of the cost of the whole model, with its blocks: `"it stays as it is"`, `"it
# grows, and is not quite doubled"`, `"it is more than doubled"`, `"it is four times as large"`.

# %% exercise="p.16.11" points=4
from solutions.ch16_vision_language.modalities import perceiver_pairs, growth, P_16_11_CHOICE

# %% [markdown]
# # Three tools
#
# ## 12. A ViT for your classes, and CLIP for any
#
# A pretrained ViT names classes of its own. You want others: a hundred dishes, say. There are two ways. Give it a new
# head and train it on photos of your classes; or take CLIP, which has learned from pictures with captions, and tell it
# what your classes are called. First see what goes into a ViT:
#
# - **`cut_patches(images, size)`** and **`vit_tokens(images, weight, bias, class_token, positions)`**, all that comes
#   before the first block;
# - **`with_new_head(model, names, seed)`**, a model for other classes;
# - **`finetune_vit(model, train, valid, n_epochs, lr, head_lr, seed)`**, which trains it;
# - **`class_embeddings(names, encode_texts, templates)`**, what classes look like in CLIP's space;
# - **`zero_shot(images, classes, scale)`**, how probable each of them is.
#
# It is graded with the course's small models, on pictures that are drawn for each hand-in. Fine-tuning: four kinds of
# shapes, in nine colours, chosen and numbered anew, twelve pictures of each to learn from in batches of 10, 10 epochs
# with learning rates of 0.0001 for the body and 0.01 for the head. At least
# {bar:test_learns_new_classes_from_few_pictures:.0%} of others have to be named rightly then, on average over two such
# tasks. A ViT with random weights reaches {naive:test_learns_new_classes_from_few_pictures/body_from_scratch:.0%} at
# best, and the large rate for all of it {naive:test_learns_new_classes_from_few_pictures/one_large_rate:.0%}: what the
# body knew is lost then. It should take a few seconds.
#
# Zero-shot: the small CLIP has learned from captions such as "a photo of a small red cross", of 45 pairs of a colour
# and a shape. In the pictures that are asked about are the nine other pairs, which it has never seen, and for each of
# them it chooses among all 54. At least {bar:test_names_pairs_that_were_never_seen:.0%} have to be named rightly.
# Chance is 2%, and who knows colours and nothing of shapes gets
# {naive:test_names_pairs_that_were_never_seen/first_word:.0%} at best.

# %% exercise="p.16.12" points=24
from solutions.ch16_vision_language.tuning import cut_patches, vit_tokens, with_new_head
from solutions.ch16_vision_language.tuning_training import finetune_vit
from solutions.ch16_vision_language.naming import class_embeddings, zero_shot

# %% [markdown]
# *Look*: the small ViT. Its own tokens are yours, and here is what it takes some pictures for.

# %% demo
from transformers import ViTForImageClassification

vit = ViTForImageClassification.from_pretrained(load("small_vit").folder).eval()
photos = load("cifar10")
pixels = torch.tensor(photos.X_test[:8].reshape(-1, 32, 32, 3)).movedim(-1, 1) / 127.5 - 1
layer = vit.vit.embeddings
patches = layer.patch_embeddings.projection
with torch.no_grad():
    tokens = vit_tokens(pixels, patches.weight, patches.bias, layer.cls_token, layer.position_embeddings)
    print("largest difference from transformers' tokens:", (tokens - layer(pixels)).abs().max().item())
    named = vit(pixel_values=pixels).logits.argmax(dim=1).tolist()
figure, axes = plt.subplots(1, 8, figsize=(12, 2))
for axis, picture, number in zip(axes, pixels, named):
    axis.imshow((picture.movedim(0, -1) + 1) / 2)
    axis.set_title(vit.config.id2label[number], fontsize=8)
    axis.axis("off")
plt.show()

# %% [markdown]
# *Look*: CLIP and pairs of colour and shape that it has never seen. Which does it mix up: colours, or shapes?

# %% demo
from transformers import AutoTokenizer, CLIPModel

folder = load("small_clip").folder
clip, tokenizer = CLIPModel.from_pretrained(folder).eval(), AutoTokenizer.from_pretrained(folder)


def clip_images(pictures):
    """Encode pictures, (n, 32, 32, 3) bytes."""
    with torch.no_grad():
        return clip.get_image_features(torch.tensor(np.asarray(pictures)).movedim(-1, 1) / 127.5 - 1).pooler_output


def clip_texts(texts):
    with torch.no_grad():
        return clip.get_text_features(**tokenizer(texts, padding=True, return_tensors="pt")).pooler_output


drawn = captioned_shapes(np.random.default_rng(1), 450, UNSEEN)
classes = class_embeddings([name_of(pair) for pair in PAIRS], clip_texts, TEMPLATES)
found = [PAIRS[n] for n in np.asarray(zero_shot(clip_images(drawn.images), classes)).argmax(axis=1)]
named_rightly = {
    "both": np.mean([one == other for one, other in zip(found, drawn.pairs)]),
    "the colour": np.mean([one[0] == other[0] for one, other in zip(found, drawn.pairs)]),
    "the shape": np.mean([one[1] == other[1] for one, other in zip(found, drawn.pairs)]),
}
for what, share in named_rightly.items():
    print(f"{what}: {share:.0%} right")
figure, axes = plt.subplots(1, 9, figsize=(13, 2))
for axis, picture, pair in zip(axes, drawn.images, found):
    axis.imshow(picture)
    axis.set_title(name_of(pair), fontsize=8)
    axis.axis("off")
plt.show()

# %% [markdown]
# **The real ones.** With a network, and `pip install datasets` (Food101 has 101,000 photos of 101 dishes, 5 GB; with a
# GPU an epoch takes half an hour, without one a day), the same functions do the real thing. It does not run here, since
# nothing can be downloaded:
#
# ```python
# from datasets import load_dataset
# from torch.utils.data import DataLoader
# from transformers import AutoImageProcessor, AutoModel, AutoProcessor, ViTForImageClassification
#
# food = load_dataset("ethz/food101")  # with a progress bar, and kept in a cache
# names = [name.replace("_", " ") for name in food["train"].features["label"].names]
#
# checkpoint = "google/vit-base-patch16-224-in21k"
# processor = AutoImageProcessor.from_pretrained(checkpoint)
# model = with_new_head(ViTForImageClassification.from_pretrained(checkpoint), names)
#
#
# def batch(rows):
#     images = [row["image"].convert("RGB") for row in rows]
#     return processor(images, return_tensors="pt")["pixel_values"], torch.tensor([row["label"] for row in rows])
#
#
# train = DataLoader(food["train"], batch_size=32, shuffle=True, collate_fn=batch)
# valid = DataLoader(food["validation"], batch_size=64, collate_fn=batch)
# print(finetune_vit(model, train, valid, n_epochs=3, lr=5e-5, head_lr=1e-3))
#
# checkpoint = "openai/clip-vit-base-patch32"
# clip, processor = AutoModel.from_pretrained(checkpoint).eval(), AutoProcessor.from_pretrained(checkpoint)
#
#
# @torch.no_grad()
# def encode_texts(texts):
#     return clip.get_text_features(**processor(text=texts, padding=True, return_tensors="pt")).pooler_output
#
#
# @torch.no_grad()
# def encode_images(images):
#     return clip.get_image_features(**processor(images=images, return_tensors="pt")).pooler_output
#
#
# classes = class_embeddings(names, encode_texts, ["a photo of {}", "a photo of {}, a type of food"])
# rows = food["validation"].shuffle(seed=42).select(range(1000))
# vectors = torch.cat([encode_images([photo.convert("RGB") for photo in part["image"]]) for part in rows.iter(50)])
# found = zero_shot(vectors, classes).argmax(axis=1)
# print(np.mean(found == np.array(rows["label"])))
# ```
#
# Which of the two is better, and which dishes do they mix up?

# %% [markdown]
# ## 13. A search engine for your photos
#
# Thousands of photos in folders, and nobody has written below any of them what it shows. With CLIP you find them all
# the same: by words, or by another photo. Encoding takes long, so it is done once, and kept in a file. Write
#
# - **`open_photo(path)`**, which reads a photo, if it can be read;
# - **`PhotoSearch`**, an index of photos that is added to, saved, loaded and searched.
#
# It is graded with encoders of ours, which write down what they are asked. With the full-size checks 10,000 photos have
# to be searched within 50 milliseconds: that is plenty, as long as nothing but the query is encoded.

# %% exercise="p.16.13" points=14 full_size_points=1
from solutions.ch16_vision_language.photos import open_photo
from solutions.ch16_vision_language.search import PhotoSearch, _unit

# %% [markdown]
# *Look*: a folder of drawn photos, and what is found in it.

# %% demo
from transformers import AutoTokenizer, CLIPModel

folder = load("small_clip").folder
model, words = CLIPModel.from_pretrained(folder).eval(), AutoTokenizer.from_pretrained(folder)


def encode_images(images):
    """Encode photos; a processor would do what is in the first line (with torchvision, or by its name with *Pil*)."""
    pixels = np.stack([np.asarray(photo.resize((32, 32)), dtype=np.float32) for photo in images]) / 127.5 - 1
    with torch.no_grad():
        return model.get_image_features(torch.tensor(pixels).movedim(-1, 1)).pooler_output


def encode_texts(texts):
    with torch.no_grad():
        return model.get_text_features(**words(texts, padding=True, return_tensors="pt")).pooler_output


root = Path(tempfile.mkdtemp())
drawn = captioned_shapes(np.random.default_rng(1), 500)
for number, (image, pair) in enumerate(zip(drawn.images, drawn.pairs)):
    Image.fromarray(image).save(root / f"{number:03} {name_of(pair)}.png")
engine = PhotoSearch(encode_images, encode_texts)
engine.add(sorted(root.iterdir()))
engine.save(root / "index.npz")
queries = ["a photo of a red cross", "a drawing of a small blue ring", "look at the large yellow square"]
figure, axes = plt.subplots(len(queries), 6, figsize=(10, 2.2 * len(queries)))
hits = []
for row, query in zip(axes, queries):
    for axis, (path, score) in zip(row, engine.search(query, k=6)):
        axis.imshow(Image.open(path))
        axis.set_title(f"{score:.2f}")
        axis.axis("off")
        hits.append(all(word in Path(path).stem.split() for word in query.split()[-2:]))
    row[0].text(-3, -14, query)
plt.show()

# %% [markdown]
# With a network, take the two encoders of exercise 12, `openai/clip-vit-base-patch32`, and your own photos:
# `engine.add(Path.home().glob("Pictures/**/*.jpg"))`.

# %% [markdown]
# ## 14. Photos in words
#
# A captioning model comes with a processor that was made for it: it scales and normalises photos as the model has
# learned to see them, makes tokens of a prompt, and words of tokens. What goes wrong is what lies between the two: a
# grey photo, numbers of another precision, a model in training mode, special tokens in the caption, captions in another
# order than the photos. Write **`caption(photos, processor, model, batch_size, prompt, max_new_tokens)`**.
#
# It is graded with a processor and a model that stand in for BLIP-2's, and write down what they are given.

# %% exercise="p.16.14" points=8
from solutions.ch16_vision_language.captions import caption

# %% [markdown]
# With a network, and 8 GB of memory (in half precision, on a GPU) or 16 GB, it describes your photos. It does not run
# here, since nothing can be downloaded:
#
# ```python
# from transformers import Blip2ForConditionalGeneration, Blip2Processor
#
# checkpoint = "Salesforce/blip2-opt-2.7b"
# processor = Blip2Processor.from_pretrained(checkpoint)
# kind = torch.float16 if device().type == "cuda" else torch.float32
# model = Blip2ForConditionalGeneration.from_pretrained(checkpoint, dtype=kind).to(device())
#
# paths = sorted(Path.home().glob("Pictures/**/*.jpg"))[:16]
# found = {path: photo for path in paths if (photo := open_photo(path)) is not None}
# photos = list(found.values())
# for path, text in zip(found, caption(photos, processor, model)):
#     print(path.name, text)
# print(caption(photos[:1], processor, model, prompt="Question: what is on the photo? Answer:"))
# ```

# %% [markdown]
# ## Further
#
# Nobody grades these. Do what makes you curious, and believe nothing that you have not seen with a second seed.
#
# - The small CLIP is better at colours than at shapes of pairs that it has not seen. Train it anew, with
#   `course/datasets/recipes/small_clip.py`, on fewer pairs, or on more: how many does it take until a new pair is no
#   harder than an old one?
# - Search your photos for "a photo without people". What does CLIP find, and what does that say about its space?
# - Cut the positions out of the small ViT (set them to zero). How much does it lose on photos, and how much on shapes?
