"""The models as queries see them: an attribute is a column there, and a value in a row.

Types of rows are written `models.Video`; what is asked of tables has no types.
"""

from typing import Any, Final

from mvidarr import models

Alias: Final[Any] = models.Alias
Artist: Final[Any] = models.Artist
Block: Final[Any] = models.Block
Credit: Final[Any] = models.Credit
Decision: Final[Any] = models.Decision
Download: Final[Any] = models.Download
Event: Final[Any] = models.Event
ExternalId: Final[Any] = models.ExternalId
Genre: Final[Any] = models.Genre
Image: Final[Any] = models.Image
Move: Final[Any] = models.Move
Renaming: Final[Any] = models.Renaming
QualityProfile: Final[Any] = models.QualityProfile
SearchTerm: Final[Any] = models.SearchTerm
Setting: Final[Any] = models.Setting
TrashItem: Final[Any] = models.TrashItem
Twin: Final[Any] = models.Twin
Video: Final[Any] = models.Video
VideoFile: Final[Any] = models.VideoFile
VideoGenre: Final[Any] = models.VideoGenre
VideoSource: Final[Any] = models.VideoSource
