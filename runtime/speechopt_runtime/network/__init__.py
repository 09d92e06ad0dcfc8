"""SpeechT5 as small torch modules, with no transformers in it.

One network, three ways to write it down: the state dict holds its parameters, TorchScript its code
and parameters, ONNX its graph. Parameter names are transformers' names, so that weights load
straight across in both directions.
"""

from .int8 import Int8Linear, Int8SpeakerLinear
from .model import SpeechT5

__all__ = ["Int8Linear", "Int8SpeakerLinear", "SpeechT5"]
