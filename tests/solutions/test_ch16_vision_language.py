"""Chapter 16's references beside transformers' ViT, CLIP and BLIP-2, PyTorch's losses, brute force and properties."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from sklearn.metrics import top_k_accuracy_score
from torch import nn

from solutions.ch16_vision_language import (
    captions,
    modalities,
    naming,
    patches,
    search,
    tuning,
    tuning_training,
    unlabelled,
)
from tests.support.oracle import oracle

transformers = pytest.importorskip("transformers")
drawn = settings(max_examples=15, deadline=None, derandomize=True)
seeds, small = st.integers(0, 10_000), st.integers(1, 5)

# Why an exercise has no oracle of its own.
WITHOUT: dict[str, str] = {}


def rng_of(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def vit(seed: int, height: int = 8, width: int = 12, n_classes: int = 3) -> Any:
    """A tiny ViT with random weights."""
    torch.manual_seed(seed)
    sizes = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 12}
    config = transformers.ViTConfig(image_size=(height, width), patch_size=4, num_labels=n_classes, **sizes)
    return transformers.ViTForImageClassification(config).eval()


# ---------------------------------------------------------------- transformers that look


@oracle("p.16.1", "the parameters of transformers' first layer; the book's 197 tokens")
@given(rows=small, columns=small, patch=small, dim=small)
@drawn
def test_first_layer_has_as_many_parameters(rows: int, columns: int, patch: int, dim: int) -> None:
    sizes = {"image_size": (rows * patch, columns * patch), "patch_size": patch, "hidden_size": dim}
    layer = transformers.models.vit.modeling_vit.ViTEmbeddings(transformers.ViTConfig(**sizes, num_attention_heads=1))
    n_tokens, n_parameters = patches.vit_input(*sizes["image_size"], patch, 3, dim)
    assert n_parameters == sum(weight.numel() for weight in layer.parameters())
    assert n_tokens == layer(torch.zeros(1, 3, *sizes["image_size"])).shape[1]
    assert patches.vit_input(224, 224, 16, 3, 768)[0] == 197


@oracle("p.16.2", "the attention that transformers' ViT returns")
def test_scores_are_those_of_a_vit() -> None:
    model = vit(0)
    model.set_attn_implementation("eager")
    with torch.no_grad():
        (weights,) = model(torch.zeros(1, 3, 8, 12), output_attentions=True).attentions
    assert patches.attention_scores(8, 12, 4, 2) == weights.numel()


@oracle("p.16.3", "PyTorch's cross-entropies")
@given(seed=seeds)
@drawn
def test_loss_of_deit(seed: int) -> None:
    rng = rng_of(seed)
    logits, y = rng.normal(size=(3, 4, 5)), rng.integers(0, 5, 4)
    one, two, teacher = map(torch.tensor, logits)
    entropy = nn.functional.cross_entropy
    wanted = (entropy(one, torch.tensor(y)) + entropy(two, teacher.argmax(dim=1))) / 2
    assert patches.deit_loss(*logits, y) == pytest.approx(wanted.item())


@oracle("p.16.4", "the maps of transformers' Swin")
def test_stages_are_those_of_swin() -> None:
    sizes = {"image_size": 32, "patch_size": 2, "embed_dim": 8, "depths": [1, 1, 1], "num_heads": [1, 1, 1]}
    model = transformers.SwinModel(transformers.SwinConfig(**sizes, window_size=4)).eval()
    with torch.no_grad():
        maps = model(torch.zeros(1, 3, 32, 32), output_hidden_states=True).reshaped_hidden_states
    shapes = [(*one.shape[2:], one.shape[1]) for one in maps]
    found = patches.stage_shapes(32, 32, 2, 8, 3)
    assert found == list(dict.fromkeys(shapes))


@oracle("p.16.5", "masks of who may look at whom, counted")
@given(side=small, window=small)
@drawn
def test_pairs_are_those_of_a_mask(side: int, window: int) -> None:
    rows = side * window
    at = np.stack(np.divmod(np.arange(rows**2), rows), axis=1)
    together = (at[:, None] // window == at[None] // window).all(axis=2)
    found = patches.pairs_attended(rows, rows, window, window)
    assert found == {"full": together.size, "windowed": int(together.sum()), "reduced": rows**2 * side**2}


# ---------------------------------------------------------------- without labels


@oracle("p.16.6", "Kullback and Leibler: least where the student says what the teacher says; an optimiser's average")
@given(seed=seeds)
@drawn
def test_dino_is_least_where_both_agree(seed: int) -> None:
    rng = rng_of(seed)
    teacher, centre = rng.normal(0, 0.2, (3, 4)), rng.normal(0, 0.2, 4)
    wanted = torch.tensor((teacher - centre) / 0.04).softmax(dim=1)
    entropy = -(wanted * wanted.log()).sum(dim=1).mean().item()
    best = unlabelled.dino_loss(0.1 * wanted.log().numpy(), teacher, centre)
    assert best == pytest.approx(entropy, abs=1e-9)
    assert unlabelled.dino_loss(rng.normal(size=(3, 4)), teacher, centre) >= best
    average = torch.optim.swa_utils.get_ema_avg_fn(0.9)
    one, other = torch.tensor(teacher), torch.tensor(rng.normal(size=(3, 4)))
    np.testing.assert_allclose(unlabelled.follow(one, other, 0.9), average(one, other, 1))


@oracle("p.16.7", "PyTorch's mean squared error of the hidden rows")
@given(seed=seeds)
@drawn
def test_loss_of_jepa(seed: int) -> None:
    rng = rng_of(seed)
    one, other = rng.normal(size=(2, 3, 5, 4))
    hidden = rng.random((3, 5)) < 0.5
    hidden[0, 0] = True
    wanted = nn.functional.mse_loss(torch.tensor(one)[hidden], torch.tensor(other)[hidden])
    assert unlabelled.jepa_loss(one, other, hidden) == pytest.approx(wanted.item())


# ---------------------------------------------------------------- words and pictures


@oracle("p.16.8", "scikit-learn's top-k accuracy")
@given(seed=seeds, k=st.integers(1, 5))
@drawn
def test_recall_is_top_k_accuracy(seed: int, k: int) -> None:
    values = rng_of(seed).normal(size=(6, 6))
    assert modalities.recall_at(values, k) == pytest.approx(top_k_accuracy_score(np.arange(6), values, k=k))


@oracle("p.16.9", "PyTorch's attention")
@given(seed=seeds)
@drawn
def test_attention_is_pytorchs(seed: int) -> None:
    rng = rng_of(seed)
    words, regions = rng.normal(size=(3, 4)), rng.normal(size=(5, 2))
    W_q, W_k, W_v = rng.normal(size=(4, 6)), rng.normal(size=(2, 6)), rng.normal(size=(2, 7))
    fused, weights = modalities.cross_attention(words, regions, W_q, W_k, W_v)
    Q, K, V = (torch.tensor(one)[None] for one in (words @ W_q, regions @ W_k, regions @ W_v))
    np.testing.assert_allclose(fused, nn.functional.scaled_dot_product_attention(Q, K, V)[0])
    np.testing.assert_allclose(weights.sum(axis=1), 1)


@oracle("p.16.10", "the loss that transformers' CLIP computes")
@given(seed=seeds)
@drawn
def test_loss_is_clips(seed: int) -> None:
    images, texts = rng_of(seed).normal(size=(2, 5, 4))
    one, other = (nn.functional.normalize(torch.tensor(part), dim=1) for part in (images, texts))
    wanted = transformers.models.clip.modeling_clip.image_text_contrastive_loss(3.0 * other @ one.T)
    assert modalities.clip_loss(images, texts, 3.0) == pytest.approx(wanted.item())


@oracle("p.16.11", "the limits: twice without blocks, once with many; pairs listed one by one")
@given(M=small, O=small, L=small, n=st.integers(0, 4))
@drawn
def test_growth_is_between_one_and_two(M: int, O: int, L: int, n: int) -> None:
    layers = [(L, M), *[(L, L)] * n, (O, L)]
    assert modalities.perceiver_pairs(M, O, L, n) == sum(1 for q, k in layers for _ in range(q) for _ in range(k))
    assert modalities.growth(M, O, L, 0) == 2
    assert 1 < modalities.growth(M, O, L, n + 1) < 2
    assert modalities.growth(M, O, L, 10**6) == pytest.approx(1, abs=1e-4)


# ---------------------------------------------------------------- tools


@oracle("p.16.12", "the tokens of transformers' ViT with the same weights")
@pytest.mark.parametrize("seed", range(3))
def test_tokens_are_those_of_transformers(seed: int) -> None:
    layer = vit(seed).vit.embeddings
    X = torch.randn(2, 3, 8, 12)
    projection = layer.patch_embeddings.projection
    with torch.no_grad():
        nn.init.normal_(layer.position_embeddings)
        weights = (projection.weight, projection.bias, layer.cls_token, layer.position_embeddings)
        torch.testing.assert_close(tuning.vit_tokens(X, *weights), layer(X))


def test_a_new_head_is_fine_tuned_with_its_body() -> None:
    old = vit(0)
    before = copy.deepcopy(old.state_dict())
    new = tuning.with_new_head(old, ["left", "right"])
    y = torch.arange(32) % 2
    X = 0.5 * torch.randn(32, 3, 8, 12)
    X[torch.arange(32), :, :, :4] += y[:, None, None, None]
    batches = list(zip(X.split(8), y.split(8), strict=True))
    assert tuning_training.finetune_vit(new, batches, batches, 20, 0.01, 0.01)[-1] > 0.9
    for name, value in old.state_dict().items():
        torch.testing.assert_close(value, before[name])


@oracle("p.16.12", "what transformers' CLIP says of pictures and texts")
def test_zero_shot_is_what_clip_says() -> None:
    text = {"vocab_size": 20, "hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1,
            "num_attention_heads": 2, "max_position_embeddings": 6, "eos_token_id": 3}  # fmt: skip
    vision = {"hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2,
              "image_size": 8, "patch_size": 4}  # fmt: skip
    torch.manual_seed(0)
    config = transformers.CLIPConfig(text_config=text, vision_config=vision, projection_dim=4)
    model = transformers.CLIPModel(config).eval()
    tokens, X = torch.tensor([[2, n, 3] for n in range(5, 10)]), torch.randn(3, 3, 8, 8)

    def encode(texts: list[str]) -> torch.Tensor:
        with torch.no_grad():
            return torch.as_tensor(model.get_text_features(tokens[[int(one) for one in texts]]).pooler_output)

    classes = naming.class_embeddings(list("01234"), encode, ["{}"])
    with torch.no_grad():
        said = model(input_ids=tokens, pixel_values=X)
        images = model.get_image_features(X).pooler_output
    found = naming.zero_shot(images, classes, model.logit_scale.exp().item())
    np.testing.assert_allclose(found, said.logits_per_image.detach().softmax(dim=1), atol=1e-5)


@oracle("p.16.13", "all cosines by PyTorch, sorted")
def test_search_sorts_all_cosines(tmp_path: Path) -> None:
    rng = rng_of(0)
    pixels = rng.integers(0, 256, (30, 2, 2, 3), dtype=np.uint8)
    paths = [tmp_path / f"{n}.png" for n in range(30)]
    for path, one in zip(paths, pixels, strict=True):
        Image.fromarray(one).save(path)

    def encode(photos: list[Image.Image]) -> np.ndarray:
        return np.array([np.asarray(photo, dtype=float).ravel() - 127 for photo in photos])

    engine = search.PhotoSearch(encode, lambda texts: rng.normal(size=(len(texts), 12)))
    assert engine.add(paths, 7) == []
    found = engine.search(Image.fromarray(pixels[4]), k=30)
    vectors = torch.tensor(pixels.reshape(30, -1) - 127.0)
    cosines = nn.functional.cosine_similarity(vectors, vectors[4:5])
    assert [path for path, _ in found] == [str(paths[n]) for n in cosines.argsort(descending=True)]
    np.testing.assert_allclose([score for _, score in found], cosines.sort(descending=True).values, atol=1e-5)


def test_index_comes_back_as_it_was(tmp_path: Path) -> None:
    engine = search.PhotoSearch(lambda photos: np.ones((len(photos), 3)), lambda texts: np.ones((len(texts), 3)))
    Image.new("L", (3, 3)).save(tmp_path / "a.png")
    engine.add([tmp_path / "a.png"])
    engine.save(tmp_path / "index.npz")
    other = search.PhotoSearch(engine.encode_images, engine.encode_texts)
    other.load(tmp_path / "index.npz")
    assert other.search("anything") == engine.search("anything") == [(str(tmp_path / "a.png"), pytest.approx(1))]


def blip() -> tuple[Any, Any]:
    """A tiny BLIP-2 with random weights, and a real processor for it."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = ["<pad>", "<s>", "</s>", "<image>", *[f"w{n}" for n in range(20)]]
    made = Tokenizer(models.WordLevel({word: n for n, word in enumerate(words)}, unk_token="w0"))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=made, pad_token="<pad>", bos_token="<s>", eos_token="</s>", unk_token="w0"
    )
    images = transformers.BlipImageProcessorPil(size={"height": 8, "width": 8})
    processor = transformers.Blip2Processor(images, tokenizer, num_query_tokens=2)
    size = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8}
    text = transformers.OPTConfig(
        vocab_size=len(tokenizer), hidden_size=8, num_hidden_layers=1, num_attention_heads=2, ffn_dim=8,
        word_embed_proj_dim=8, max_position_embeddings=64, pad_token_id=0, bos_token_id=1, eos_token_id=2,
    )  # fmt: skip
    torch.manual_seed(0)
    config = transformers.Blip2Config(
        vision_config={**size, "image_size": 8, "patch_size": 4},
        qformer_config={**size, "encoder_hidden_size": 8, "vocab_size": len(tokenizer)},
        text_config=text.to_dict(),
        num_query_tokens=2,
        image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
    )
    return processor, transformers.Blip2ForConditionalGeneration(config)


@oracle("p.16.14", "transformers' BLIP-2 and its processor, tiny and random, asked photo by photo")
@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
def test_captions_are_those_of_blip(precision: torch.dtype) -> None:
    processor, model = blip()
    model = model.to(precision).train()
    photos = [Image.fromarray(rng_of(n).integers(0, 256, (9, 7, 3), dtype=np.uint8)) for n in range(5)]
    photos[1], photos[3] = photos[1].convert("L"), photos[3].convert("RGBA")
    found = captions.caption(photos, processor, model, batch_size=2, max_new_tokens=6)
    wanted = []
    for photo in photos:
        pixels = processor(images=photo.convert("RGB"), return_tensors="pt")["pixel_values"].to(precision)
        tokens = model.eval().generate(pixel_values=pixels, max_new_tokens=6)
        wanted.append(processor.batch_decode(tokens, skip_special_tokens=True)[0].strip())
    assert found == wanted
    assert any(found)
