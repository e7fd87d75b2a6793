# setup.py makes the module from the C header.
from typing import Any

ffi: Any
