# %% right
# Intent: batch by batch: RGB, processor, each tensor moved (pictures' numbers also cast), generate, decode, strip.
import torch


def caption(photos, processor, model, batch_size=8, prompt="", max_new_tokens=30):
    captions = []
    model.eval()
    for start in range(0, len(photos), batch_size):
        part = [photo.convert("RGB") for photo in photos[start : start + batch_size]]
        if prompt:
            features = processor(images=part, text=[prompt] * len(part), return_tensors="pt")
        else:
            features = processor(images=part, return_tensors="pt")
        inputs = {}
        for name, value in features.items():
            value = value.to(model.device)
            if value.is_floating_point():
                value = value.to(model.dtype)
            inputs[name] = value
        with torch.no_grad():
            tokens = model.generate(**inputs, max_new_tokens=max_new_tokens)
        for text in processor.batch_decode(tokens, skip_special_tokens=True):
            captions.append(text.strip())
    return captions

# %% wrong: caption
# Misconception: torch.no_grad() is what switches a model to evaluation; dropout is off without gradients, so eval() is not needed.
def caption(photos, processor, model, batch_size=8, prompt="", max_new_tokens=30):
    captions = []
    with torch.no_grad():
        for start in range(0, len(photos), batch_size):
            part = [photo.convert("RGB") for photo in photos[start : start + batch_size]]
            more = {"text": [prompt] * len(part)} if prompt else {}
            features = processor(images=part, return_tensors="pt", **more).to(model.device, model.dtype)
            tokens = model.generate(**features, max_new_tokens=max_new_tokens)
            captions += [text.strip() for text in processor.batch_decode(tokens, skip_special_tokens=True)]
    return captions

# %% wrong: caption
# Misconception: a half-precision model needs all that goes in in half precision, the prompt's tokens and mask as well.
def caption(photos, processor, model, batch_size=8, prompt="", max_new_tokens=30):
    captions = []
    model.eval()
    for start in range(0, len(photos), batch_size):
        part = [photo.convert("RGB") for photo in photos[start : start + batch_size]]
        more = {"text": [prompt] * len(part)} if prompt else {}
        features = processor(images=part, return_tensors="pt", **more)
        inputs = {name: value.to(model.device, model.dtype) for name, value in features.items()}
        with torch.no_grad():
            tokens = model.generate(**inputs, max_new_tokens=max_new_tokens)
        captions += [text.strip() for text in processor.batch_decode(tokens, skip_special_tokens=True)]
    return captions
