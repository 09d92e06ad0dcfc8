"""speechopt_runtime: loads speechopt artifacts, speaks, and says where the time went.

>>> import speechopt_runtime
>>> synthesizer = speechopt_runtime.load("artifacts/bundled-p25-int8")
>>> speech = synthesizer.synthesize("Hello there.")
>>> speech.save("hello.wav")
"""

from .errors import (
    ArtifactError,
    NonFiniteAudioError,
    NotFoundError,
    OptionError,
    RequestError,
    SpeechoptError,
    SystemFaultError,
    TextError,
    ValidationError,
    VoiceError,
)
from .manifest import Manifest
from .speech import Speech
from .synthesizer import Synthesizer, load
from .timing import Timing

__version__ = "0.1.0"

__all__ = [
    "ArtifactError",
    "Manifest",
    "NonFiniteAudioError",
    "NotFoundError",
    "OptionError",
    "RequestError",
    "Speech",
    "SpeechoptError",
    "Synthesizer",
    "SystemFaultError",
    "TextError",
    "Timing",
    "ValidationError",
    "VoiceError",
    "__version__",
    "load",
]
