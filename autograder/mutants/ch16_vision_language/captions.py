"""Wrong and right answers of chapter 16: photos described in words (p.16.14)."""

import torch

from autograder.testing import alternative, mutant


def _captions(photos, processor, model, size, prompt, longest, *, special=True, strip=True, rgb=True, ready=True):
    """The right answer, of which a mutant changes one thing."""
    if ready:
        model.eval()
    found = []
    for start in range(0, len(photos), size):
        images = [photo.convert("RGB") if rgb else photo for photo in photos[start : start + size]]
        asked = {"text": [prompt] * len(images)} if prompt else {}
        inputs = processor(images=images, return_tensors="pt", **asked).to(model.device, model.dtype)
        with torch.no_grad():
            tokens = model.generate(**inputs, max_new_tokens=longest)
        texts = processor.batch_decode(tokens, skip_special_tokens=special)
        found += [text.strip() if strip else text for text in texts]
    return found


@mutant("p.16.14", replaces="caption", fails="test_each_photo_gets_its_caption")
def special_tokens_left(photos, processor, model, batch_size=8, prompt="", max_new_tokens=30):
    """Special tokens are for the model's use: leave them out when you decode."""
    return _captions(photos, processor, model, batch_size, prompt, max_new_tokens, special=False)


@mutant("p.16.14", replaces="caption", fails="test_each_photo_gets_its_caption")
def blanks_left(photos, processor, model, batch_size=8, prompt="", max_new_tokens=30):
    """BLIP-2 ends a caption with a line break: strip it."""
    return _captions(photos, processor, model, batch_size, prompt, max_new_tokens, strip=False)


@mutant("p.16.14", replaces="caption", fails="test_each_photo_gets_its_caption")
def sorted_by_size(photos, processor, model, batch_size=8, prompt="", max_new_tokens=30):
    """You sort the photos by size and forget to bring the captions back into their order."""
    photos = sorted(photos, key=lambda photo: photo.size)
    return _captions(photos, processor, model, batch_size, prompt, max_new_tokens)


@mutant("p.16.14", replaces="caption", fails="test_each_photo_gets_its_caption")
def first_of_each_batch(photos, processor, model, batch_size=8, prompt="", max_new_tokens=30):
    """A batch has a caption for each of its photos: you keep the first."""
    parts = [photos[start : start + batch_size] for start in range(0, len(photos), batch_size)]
    return [_captions(part, processor, model, batch_size, prompt, max_new_tokens)[0] for part in parts]


@mutant("p.16.14", replaces="caption", fails="test_photos_go_through_in_batches")
def all_at_once(photos, processor, model, batch_size=8, prompt="", max_new_tokens=30):
    """All photos go through the model at once: how many may is said by `batch_size`."""
    return _captions(photos, processor, model, max(1, len(photos)), prompt, max_new_tokens)


@mutant("p.16.14", replaces="caption", fails="test_photos_go_through_in_batches")
def one_by_one(photos, processor, model, batch_size=8, prompt="", max_new_tokens=30):
    """Your photos go through the model one by one: put them together in batches."""
    return _captions(photos, processor, model, 1, prompt, max_new_tokens)


@mutant("p.16.14", replaces="caption", fails="test_each_photo_gets_its_caption")
def full_batches_only(photos, processor, model, batch_size=8, prompt="", max_new_tokens=30):
    """The last batch may be smaller: its photos have no captions."""
    whole = len(photos) // batch_size * batch_size
    return _captions(photos[:whole], processor, model, batch_size, prompt, max_new_tokens)


@mutant("p.16.14", replaces="caption", fails="test_processor_gets_rgb_photos")
def photos_as_they_are(photos, processor, model, batch_size=8, prompt="", max_new_tokens=30):
    """Photos may be grey, transparent or have a palette: make each of them RGB before the processor sees it."""
    return _captions(photos, processor, model, batch_size, prompt, max_new_tokens, rgb=False)


@mutant("p.16.14", replaces="caption", fails="test_processor_gets_rgb_photos")
def empty_prompt_passed_on(photos, processor, model, batch_size=8, prompt="", max_new_tokens=30):
    """Without a prompt the model is to get no text at all: an empty one has a token, too."""
    model.eval()
    found = []
    for start in range(0, len(photos), batch_size):
        images = [photo.convert("RGB") for photo in photos[start : start + batch_size]]
        inputs = processor(images=images, text=[prompt] * len(images), return_tensors="pt")
        inputs = inputs.to(model.device, model.dtype)
        with torch.no_grad():
            tokens = model.generate(**inputs, max_new_tokens=max_new_tokens)
        found += [text.strip() for text in processor.batch_decode(tokens, skip_special_tokens=True)]
    return found


@mutant("p.16.14", replaces="caption", fails="test_model_generates_in_evaluation_mode")
def in_training_mode(photos, processor, model, batch_size=8, prompt="", max_new_tokens=30):
    """The model is in training mode while it generates: call `eval()` first."""
    return _captions(photos, processor, model, batch_size, prompt, max_new_tokens, ready=False)


@mutant("p.16.14", replaces="caption", fails="test_model_generates_in_evaluation_mode")
def twenty_tokens(photos, processor, model, batch_size=8, prompt="", max_new_tokens=30):
    """You don't say to the model how many tokens it may use."""
    return _captions(photos, processor, model, batch_size, prompt, 20)


@mutant("p.16.14", replaces="caption", fails="test_pictures_have_the_models_precision")
def single_precision(photos, processor, model, batch_size=8, prompt="", max_new_tokens=30):
    """A model of half precision takes pictures of half precision only: ask it for its `dtype`."""
    model.eval()
    found = []
    for start in range(0, len(photos), batch_size):
        images = [photo.convert("RGB") for photo in photos[start : start + batch_size]]
        asked = {"text": [prompt] * len(images)} if prompt else {}
        inputs = processor(images=images, return_tensors="pt", **asked).to(model.device)
        tokens = model.generate(**inputs, max_new_tokens=max_new_tokens)
        found += [text.strip() for text in processor.batch_decode(tokens, skip_special_tokens=True)]
    return found


@mutant("p.16.14", replaces="caption", fails="test_pictures_have_the_models_precision")
def tokens_halved(photos, processor, model, batch_size=8, prompt="", max_new_tokens=30):
    """Only the pictures are to be of the model's precision: token numbers stay whole numbers."""
    model.eval()
    found = []
    for start in range(0, len(photos), batch_size):
        images = [photo.convert("RGB") for photo in photos[start : start + batch_size]]
        asked = {"text": [prompt] * len(images)} if prompt else {}
        inputs = processor(images=images, return_tensors="pt", **asked)
        inputs = {name: value.to(model.device, model.dtype) for name, value in inputs.items()}
        tokens = model.generate(**inputs, max_new_tokens=max_new_tokens)
        found += [text.strip() for text in processor.batch_decode(tokens, skip_special_tokens=True)]
    return found


@mutant("p.16.14", replaces="caption", fails="test_prompt_is_passed_on")
def prompt_forgotten(photos, processor, model, batch_size=8, prompt="", max_new_tokens=30):
    """You leave out the prompt."""
    return _captions(photos, processor, model, batch_size, "", max_new_tokens)


@mutant("p.16.14", replaces="caption", fails="test_prompt_is_passed_on")
def one_text_for_all(photos, processor, model, batch_size=8, prompt="", max_new_tokens=30):
    """The processor wants a text for each photo: give it the prompt as often as there are photos in the batch."""

    def asked(images, text=None, **options):
        return processor(images=images, text=[text[0]] if text else None, **options)

    asked.batch_decode = processor.batch_decode
    return _captions(photos, asked, model, batch_size, prompt, max_new_tokens)


@mutant("p.16.14", replaces="caption", fails="test_prompt_is_passed_on")
def prompt_in_front(photos, processor, model, batch_size=8, prompt="", max_new_tokens=30):
    """The model has to know the prompt, to go on from it: to write it in front of the caption is not enough."""
    found = _captions(photos, processor, model, batch_size, "", max_new_tokens)
    return [f"{prompt} {text}".strip() for text in found]


@alternative("p.16.14", replaces="caption")
def keys_by_name(photos, processor, model, batch_size=8, prompt="", max_new_tokens=30):
    """Passes each input on by its name, and decodes caption by caption."""
    found = []
    was = model.training
    model.train(False)
    batch = []
    for number, photo in enumerate(photos, start=1):
        batch.append(photo.convert("RGB"))
        if len(batch) < batch_size and number < len(photos):
            continue
        inputs = processor(batch, [prompt] * len(batch) if prompt else None, return_tensors="pt")
        options = {name: inputs[name] for name in ("input_ids", "attention_mask") if name in inputs}
        pixels = inputs["pixel_values"].to(device=model.device, dtype=model.dtype)
        tokens = model.generate(pixel_values=pixels, max_new_tokens=max_new_tokens, **options)
        found.extend(processor.batch_decode(row[None], skip_special_tokens=True)[0].strip() for row in tokens)
        batch = []
    model.train(was)
    return found


@alternative("p.16.14", replaces="caption")
def part_by_part(photos, processor, model, batch_size=8, prompt="", max_new_tokens=30):
    """Calls itself for the rest."""
    if not photos:
        return []
    first = _captions(photos[:batch_size], processor, model, batch_size, prompt, max_new_tokens)
    rest = part_by_part(photos[batch_size:], processor, model, batch_size, prompt, max_new_tokens)
    return [*first, *rest]


@alternative("p.16.14", replaces="caption")
@torch.inference_mode()
def with_a_loader(photos, processor, model, batch_size=8, prompt="", max_new_tokens=30):
    """With a data loader, whose batches the processor makes."""
    from torch.utils.data import DataLoader

    def collated(some):
        text = [prompt for _ in some] if prompt else None
        return processor(images=[photo.convert("RGB") for photo in some], text=text, return_tensors="pt")

    model = model.eval()
    loader = DataLoader(list(photos), batch_size, collate_fn=collated) if photos else []
    tokens = [
        model.generate(**inputs.to(model.device, model.dtype), max_new_tokens=max_new_tokens) for inputs in loader
    ]
    return [
        " ".join(text.split()) for rows in tokens for text in processor.batch_decode(rows, skip_special_tokens=True)
    ]
