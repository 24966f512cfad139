"""Addresses of stored pictures: their content names them, so that copies may be kept for ever."""


def address(image_hash: str | None, width: int = 640) -> str | None:
    """The address of a picture; None where there is none."""
    return f"/thumbs/{image_hash}-{width}.webp" if image_hash else None
