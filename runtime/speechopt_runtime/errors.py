"""Everything that speechopt refuses, as one family of exceptions.

    SpeechoptError
    ├── RequestError          exit 2   the call is at fault: an option, a text, a voice, a path
    │   ├── OptionError       (ValueError)
    │   ├── TextError         (ValueError)
    │   ├── VoiceError        (ValueError)
    │   └── NotFoundError     (FileNotFoundError)
    ├── ArtifactError         exit 3   the file is at fault: not ours, altered, unsafe, too new
    │   └── ValidationError   (ArithmeticError) an export that disagrees with its source
    ├── SystemFaultError      exit 4   the machine is at fault: disk, permissions, missing package
    └── NonFiniteAudioError   exit 5   (ArithmeticError) the network produced NaN or infinity

Each leaf also inherits the builtin that a Python user would expect to catch. A message is one
line that says what is wrong, which value, and what is allowed; ``hint`` says what to do.
"""

from __future__ import annotations

from typing import ClassVar


class SpeechoptError(Exception):
    """Base of the family.

    Args:
        message: One line: what is wrong, with the offending value.
        code: A stable identifier such as ``E_DIGEST``, for programs that read the output.
        hint: One line: what to do about it.
    """

    exit_code: ClassVar[int] = 70
    default_code: ClassVar[str] = "E_SPEECHOPT"

    def __init__(self, message: str, *, code: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.hint = hint

    def __str__(self) -> str:
        return self.message


class RequestError(SpeechoptError):
    """The call cannot be served as it was made."""

    exit_code = 2
    default_code = "E_REQUEST"


class OptionError(RequestError, ValueError):
    """An option has a value outside of what is allowed."""

    default_code = "E_OPTION"


class TextError(RequestError, ValueError):
    """The text holds nothing that can be spoken, or more than is accepted at once."""

    default_code = "E_TEXT"


class VoiceError(RequestError, ValueError):
    """A speaker embedding is unknown, or is not 512 finite numbers."""

    default_code = "E_VOICE"


class NotFoundError(RequestError, FileNotFoundError):
    """A path that was named does not exist, or is not a kind of file that can be read."""

    default_code = "E_NOT_FOUND"


class ArtifactError(SpeechoptError, ValueError):
    """An artifact or a checkpoint is refused."""

    exit_code = 3
    default_code = "E_ARTIFACT"


class ValidationError(ArtifactError, ArithmeticError):
    """An exported artifact does not compute what its source computes."""

    default_code = "E_VALIDATION"


class SystemFaultError(SpeechoptError, OSError):
    """The disk, the permissions, the memory or an absent package stand in the way."""

    exit_code = 4
    default_code = "E_SYSTEM"


class NonFiniteAudioError(SpeechoptError, ArithmeticError):
    """The network produced NaN or infinity; nothing is written."""

    exit_code = 5
    default_code = "E_NONFINITE"
