"""The attachments of an event, ready to print; pure."""

from collections.abc import Sequence

import msgspec

from urgentry.domain.attachment import Attachment
from urgentry.web.view.hierarchy import Hierarchy

_IMAGES = frozenset({"image/gif", "image/jpeg", "image/png", "image/webp"})
_KINDS = {
    "event.applecrashreport": "Apple crash report",
    "event.attachment": "File",
    "event.minidump": "Minidump",
    "event.nv_gpudmp": "GPU dump",
    "event.nv_shader_debug": "Shader debug info",
    "event.view_hierarchy": "View hierarchy",
    "nswitch.dying_message": "Dying message",
    "playstation.prosperodump": "Prosperodump",
    "unreal.context": "Unreal context",
    "unreal.logs": "Unreal log",
}


class FileView(msgspec.Struct, frozen=True, kw_only=True):
    """An attachment: `address` shows an image or downloads what is none."""

    name: str
    kind: str
    content_type: str
    size: int
    address: str
    is_image: bool


class FilesView(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that came beside an event."""

    files: list[FileView]
    hierarchy: Hierarchy | None

    @property
    def images(self) -> list[FileView]:
        """Those that can be shown in place."""
        return [file for file in self.files if file.is_image]


def files_view(
    found: Sequence[Attachment], *, base: str, hierarchy: Hierarchy | None = None
) -> FilesView | None:
    """The attachments below the address `base` of their event; None where there are none."""
    if not found:
        return None
    return FilesView(files=[_file(each, base) for each in found], hierarchy=hierarchy)


def _file(attachment: Attachment, base: str) -> FileView:
    return FileView(
        name=attachment.name,
        kind=_KINDS.get(attachment.kind, attachment.kind),
        content_type=attachment.content_type,
        size=attachment.size,
        address=f"{base}attachments/{attachment.id}/",
        is_image=attachment.content_type in _IMAGES and attachment.size > 0,
    )
