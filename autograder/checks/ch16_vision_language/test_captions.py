"""Hidden checks of chapter 16: photos described in words (p.16.14)."""

import numpy as np

from autograder.checks.ch16_vision_language.inputs_photos import model_for, photo_of, processor_for
from autograder.testing import check

WORDS = ["dunes", "herons", "lamps", "tulips", "today"]
KINDS = ("RGB", "L", "RGBA", "P", "RGB")


class Asked:
    """Photos, each with one bright quarter, a processor and a model, in the student's process."""

    def __init__(self, student, rng, n: int, precision: str = "float32") -> None:
        self.words = [str(word) for word in rng.permutation(WORDS)]
        self.processor = student.probe_(processor_for)(self.words)
        self.model = student.probe_(model_for)(self.words, precision, int(rng.integers(1000)))
        self.quarters = rng.permutation(np.arange(n) % 4)
        make = student.probe_(photo_of)
        self.photos = []
        for row, quarter in enumerate(self.quarters):
            pixels = rng.integers(0, 60, (2, 2, 3))
            pixels[quarter // 2, quarter % 2] += 180
            size = rng.integers(4, 12, 2)
            pixels = pixels.repeat(size[0], axis=0).repeat(size[1], axis=1)
            self.photos.append(make(pixels, KINDS[row % len(KINDS)]))
        self.student = student

    def wanted(self, longest: int = 30) -> list[str]:
        """What the model says of each photo, without special tokens."""
        said = [[self.words[q]] * (1 + q % 3) + [self.words[-1]] for q in self.quarters]
        return [" ".join(words[:longest]) for words in said]

    def captions(self, *args) -> list[str]:
        found = self.student.caption(self.photos, self.processor, self.model, *args)
        return list(found)

    def calls(self) -> list[dict]:
        return list(self.model.calls)


@check("p.16.14", core=True, weight=2, hint="`batch_decode` can leave out special tokens, and `strip` blanks and line "
       "breaks.")  # fmt: skip
def test_each_photo_gets_its_caption(student, rng):
    """There is one caption for each photo, in their order, without special tokens and without blanks or line breaks at
    its ends."""
    asked = Asked(student, rng, 9)
    assert asked.captions(4) == asked.wanted()
    assert Asked(student, rng, 0).captions() == []


@check("p.16.14", core=True, hint="The last batch may be smaller than the others.")
def test_photos_go_through_in_batches(student, rng):
    """At most as many photos as are allowed go through the model at a time, 8 if nothing is said, in no more batches
    than are needed, and the captions are the same for each size."""
    for size, n in ((1, 5), (3, 10), (int(rng.integers(4, 7)), 12), (None, 19)):
        asked = Asked(student, rng, n)
        assert asked.captions(*([size] if size else [])) == asked.wanted()
        sizes = [int(call["n"]) for call in asked.calls()]
        assert sum(sizes) == n
        assert max(sizes) <= (size or 8)
        assert len(sizes) == -(-n // (size or 8))


@check("p.16.14", core=True, hint='`convert("RGB")`, before the processor sees a photo.')
def test_processor_gets_rgb_photos(student, rng):
    """The processor gets RGB photos, whatever they were, and makes tensors of them; without a prompt it gets no text,
    nor does the model."""
    asked = Asked(student, rng, 7)
    asked.captions(3)
    calls = list(asked.processor.calls)
    assert [mode for call in calls for mode in call["modes"]] == ["RGB"] * 7
    assert [call["tensors"] for call in calls] == ["pt"] * len(calls)
    assert [call["text"] for call in calls] == [None] * len(calls)
    assert [call["tokens"] for call in asked.calls()] == [None] * len(asked.calls())


@check("p.16.14", core=True, hint="A model in training mode drops units.")
def test_model_generates_in_evaluation_mode(student, rng):
    """The model generates in evaluation mode, and as many tokens as are allowed: 30 if nothing is said."""
    asked = Asked(student, rng, 5)
    assert asked.captions(4) == asked.wanted()
    assert [call["training"] for call in asked.calls()] == [False, False]
    assert [call["longest"] for call in asked.calls()] == [30, 30]
    asked = Asked(student, rng, 6)
    longest = int(rng.integers(1, 3))
    assert asked.captions(4, "", longest) == asked.wanted(longest)


@check("p.16.14", core=True, hint="A `BatchFeature` has a method `to`, which takes a device and a type, and changes "
       "the type of fractions only.")  # fmt: skip
def test_pictures_have_the_models_precision(student, rng):
    """With a model of half precision the pictures' numbers are of half precision, too, while tokens stay whole
    numbers."""
    for precision, prompt in (("bfloat16", ""), ("float16", "a photo of"), ("float64", "")):
        asked = Asked(student, rng, 5, precision)
        assert asked.captions(3, prompt) == asked.wanted()


@check("p.16.14", hint="The prompt goes to the processor, once for each photo of the batch.")
def test_prompt_is_passed_on(student, rng):
    """A prompt goes to the processor with each photo, and its tokens to the model."""
    asked, prompt = Asked(student, rng, 5), " ".join(str(word) for word in rng.permutation(["a", "photo", "showing"]))
    assert asked.captions(2, prompt) == asked.wanted()
    calls = list(asked.processor.calls)
    assert [list(call["text"]) for call in calls] == [[prompt] * 2, [prompt] * 2, [prompt]]
    tokens = [1] + [3 + len(word) for word in prompt.split()]
    assert [call["tokens"] for call in asked.calls()] == [[tokens] * 2, [tokens] * 2, [tokens]]
