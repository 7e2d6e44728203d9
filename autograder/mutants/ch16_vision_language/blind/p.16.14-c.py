# %% right
# Intent: eval and no_grad around a loop over slices; BatchFeature.to moves everything and casts floats only.
def caption(
    photos: Sequence[Image.Image],
    processor: Any,
    model: Any,
    batch_size: int = 8,
    prompt: str = "",
    max_new_tokens: int = 30,
) -> list[str]:
    import torch

    @torch.no_grad()
    def describe(batch):
        rgb = [photo.convert("RGB") for photo in batch]
        text = {"text": [prompt] * len(rgb)} if prompt else {}
        inputs = processor(images=rgb, return_tensors="pt", **text).to(model.device, model.dtype)
        tokens = model.generate(**inputs, max_new_tokens=max_new_tokens)
        return [words.strip() for words in processor.batch_decode(tokens, skip_special_tokens=True)]

    model.eval()
    starts = range(0, len(photos), batch_size)
    return [words for start in starts for words in describe(photos[start : start + batch_size])]


# %% wrong: caption
# Misconception: torch.no_grad is evaluation mode: without gradients there is no dropout.
def caption(
    photos: Sequence[Image.Image],
    processor: Any,
    model: Any,
    batch_size: int = 8,
    prompt: str = "",
    max_new_tokens: int = 30,
) -> list[str]:
    import torch

    captions = []
    with torch.no_grad():
        for start in range(0, len(photos), batch_size):
            rgb = [photo.convert("RGB") for photo in photos[start : start + batch_size]]
            text = {"text": [prompt] * len(rgb)} if prompt else {}
            inputs = processor(images=rgb, return_tensors="pt", **text).to(model.device, model.dtype)
            tokens = model.generate(**inputs, max_new_tokens=max_new_tokens)
            captions += [words.strip() for words in processor.batch_decode(tokens, skip_special_tokens=True)]
    return captions


# %% wrong: caption
# Misconception: a model in half precision needs all of its inputs in half precision, the prompt's tokens too.
def caption(
    photos: Sequence[Image.Image],
    processor: Any,
    model: Any,
    batch_size: int = 8,
    prompt: str = "",
    max_new_tokens: int = 30,
) -> list[str]:
    import torch

    model.eval()
    captions = []
    with torch.no_grad():
        for start in range(0, len(photos), batch_size):
            rgb = [photo.convert("RGB") for photo in photos[start : start + batch_size]]
            text = {"text": [prompt] * len(rgb)} if prompt else {}
            inputs = processor(images=rgb, return_tensors="pt", **text)
            inputs = {name: values.to(model.device).to(model.dtype) for name, values in inputs.items()}
            tokens = model.generate(**inputs, max_new_tokens=max_new_tokens)
            captions += [words.strip() for words in processor.batch_decode(tokens, skip_special_tokens=True)]
    return captions
