"""What the body of a request is: bytes, or a file that is mapped and reads as bytes do."""

import mmap

Body = bytes | mmap.mmap
