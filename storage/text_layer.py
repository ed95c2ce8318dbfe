"""The words of a page and where they stand on its picture: what search, selection and evidence go by."""

import msgspec

#: Places are counted in ten-thousandths of the picture's width and height, so that no zoom changes them.
WHOLE = 10_000


class Word(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One word: its letters in the layer's text (`start` to before `end`), and its box on the picture."""

    start: int
    end: int
    left: int
    top: int
    right: int
    bottom: int


class TextLayer(msgspec.Struct, frozen=True):
    """The text of a page in reading order, and its words. `words` is empty where places are not known."""

    text: str
    words: tuple[Word, ...] = ()


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(TextLayer)


def pack_layer(layer: TextLayer) -> bytes:
    """The layer as it is sealed."""
    return _ENCODER.encode(layer)


def unpack_layer(packed: bytes) -> TextLayer:
    """The layer that was packed; plain text, as pages had it at first, is a layer without places."""
    try:
        return _DECODER.decode(packed)
    except msgspec.DecodeError:
        return TextLayer(packed.decode("utf-8", "replace"))
