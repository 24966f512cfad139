"""The settings of other people's services: whether they are asked, where, and with which key."""

from mvidarr.settings.option import Group, Kind, Option


def _enabled(service: str, label: str, help: str = "") -> Option[bool]:
    return Option[bool](
        key=f"{service}_enabled",
        kind=Kind.SWITCH,
        default=True,
        group=Group.SERVICES,
        label=label,
        help=help,
        service=service,
    )


def _url(service: str, label: str, default: str = "", help: str = "") -> Option[str]:
    return Option[str](
        key=f"{service}_url",
        kind=Kind.URL,
        default=default,
        group=Group.SERVICES,
        label=label,
        help=help,
        service=service,
    )


def _secret(service: str, name: str, label: str, help: str = "") -> Option[str]:
    return Option[str](
        key=f"{service}_{name}",
        kind=Kind.SECRET,
        default="",
        group=Group.SERVICES,
        label=label,
        help=help,
        service=service,
    )


def _folder(service: str, title: str, example: str) -> Option[str]:
    return Option[str](
        key=f"{service}_folder",
        kind=Kind.FOLDER,
        default="",
        group=Group.SERVICES,
        label=f"The library folder as {title} sees it",
        help=f"For example {example}. Empty: the same path as here.",
        service=service,
    )


youtube_enabled = _enabled("youtube", "Search YouTube")

youtube_hourly = Option[int](
    key="youtube_hourly",
    kind=Kind.INTEGER,
    default=600,
    group=Group.SERVICES,
    label="Requests of YouTube in an hour",
    help="Searches, lists and downloads together. When they are used up, work waits; searches "
    "leave a tenth to downloads and to you.",
    minimum=10,
    maximum=100_000,
    service="youtube",
)
youtube_cookies = Option[str](
    key="youtube_cookies",
    kind=Kind.COOKIES,
    default="",
    group=Group.SERVICES,
    label="Cookies of a YouTube account",
    help="A cookies.txt of a browser that is signed in. Use an account that you can do without: "
    "YouTube may close one that downloads much.",
    service="youtube",
)
youtube_cookies_use = Option[str](
    key="youtube_cookies_use",
    kind=Kind.CHOICE,
    default="needed",
    group=Group.SERVICES,
    label="Use the cookies",
    choices=(
        ("never", "Never"),
        ("needed", "Only for what needs an account"),
        ("always", "Always"),
    ),
    service="youtube",
)
youtube_pot_url = Option[str](
    key="youtube_pot_url",
    kind=Kind.URL,
    default="",
    group=Group.SERVICES,
    label="Address of a PO-token provider",
    service="youtube",
    help="For example http://127.0.0.1:4416. Helps when YouTube takes this machine for a robot.",
)
sponsorblock_url = Option[str](
    key="sponsorblock_url",
    kind=Kind.URL,
    default="https://sponsor.ajay.app",
    group=Group.SERVICES,
    label="Address of SponsorBlock",
    service="youtube",
)

youtube_feeds_enabled = _enabled(
    "youtube_feeds", "Read the feeds of artists' channels", "Sees new uploads early."
)
youtube_feeds_url = _url(
    "youtube_feeds", "Address of the feeds", "https://www.youtube.com/feeds/videos.xml"
)

youtube_api_enabled = _enabled(
    "youtube_api", "Ask YouTube's Data API", "Needs a key. It then finds uploads instead."
)
youtube_api_key = _secret(
    "youtube_api",
    "key",
    "YouTube Data API key",
    "From console.cloud.google.com. Without it YouTube is searched without a key.",
)
youtube_api_quota = Option[int](
    key="youtube_api_quota",
    kind=Kind.INTEGER,
    default=9_000,
    group=Group.SERVICES,
    label="Quota to use each day",
    help="Google grants 10,000 units a day, until midnight in California.",
    unit="units",
    minimum=100,
    maximum=10_000_000,
    service="youtube_api",
)
youtube_api_url = _url(
    "youtube_api", "Address of the Data API", "https://www.googleapis.com/youtube/v3"
)

ytmusic_enabled = _enabled(
    "ytmusic", "Ask YouTube Music", "Knows which uploads are official music videos."
)

musicbrainz_enabled = _enabled("musicbrainz", "Ask MusicBrainz")
musicbrainz_url = _url(
    "musicbrainz",
    "Address of MusicBrainz",
    "https://musicbrainz.org/ws/2",
    "Change it when you run a mirror.",
)

theaudiodb_enabled = _enabled("theaudiodb", "Ask TheAudioDB")
theaudiodb_api_key = _secret(
    "theaudiodb", "api_key", "TheAudioDB key", "Optional: without it the public key is used."
)
theaudiodb_url = _url(
    "theaudiodb", "Address of TheAudioDB", "https://www.theaudiodb.com/api/v1/json"
)

imvdb_enabled = _enabled("imvdb", "Ask IMVDb", "Needs a key.")
imvdb_api_key = _secret(
    "imvdb",
    "api_key",
    "IMVDb key",
    "From imvdb.com/developers. Without it IMVDb is left out.",
)
imvdb_url = _url("imvdb", "Address of IMVDb", "https://imvdb.com/api/v1")

lastfm_enabled = _enabled("lastfm", "Ask Last.fm", "Needs a key.")
lastfm_api_key = _secret(
    "lastfm",
    "api_key",
    "Last.fm key",
    "From last.fm/api. For biographies, genres, top artists and loved songs.",
)
lastfm_url = _url("lastfm", "Address of Last.fm", "https://ws.audioscrobbler.com/2.0")

fanarttv_enabled = _enabled("fanarttv", "Ask fanart.tv", "Needs a key.")
fanarttv_api_key = _secret(
    "fanarttv", "api_key", "fanart.tv key", "From fanart.tv/get-an-api-key. For artists' pictures."
)
fanarttv_url = _url("fanarttv", "Address of fanart.tv", "https://webservice.fanart.tv/v3")

deezer_enabled = _enabled("deezer", "Ask Deezer for pictures")
deezer_url = _url("deezer", "Address of Deezer", "https://api.deezer.com")

spotify_enabled = _enabled("spotify", "Import from Spotify", "Needs an app of yours at Spotify.")
spotify_client_id = Option[str](
    key="spotify_client_id",
    kind=Kind.TEXT,
    default="",
    group=Group.SERVICES,
    label="Spotify client id",
    help="From developer.spotify.com/dashboard.",
    service="spotify",
)
spotify_client_secret = _secret(
    "spotify",
    "client_secret",
    "Spotify client secret",
    "Optional: with it public playlists can be read without connecting an account.",
)
spotify_url = _url("spotify", "Address of Spotify", "https://api.spotify.com/v1")
spotify_accounts_url = Option[str](
    key="spotify_accounts_url",
    kind=Kind.URL,
    default="https://accounts.spotify.com",
    group=Group.SERVICES,
    label="Address of Spotify's accounts",
    service="spotify",
)

lidarr_enabled = _enabled("lidarr", "Import from Lidarr")
lidarr_url = _url("lidarr", "Address of Lidarr", help="For example http://127.0.0.1:8686.")
lidarr_api_key = _secret("lidarr", "api_key", "Lidarr key", "In Lidarr: Settings, General.")

plex_enabled = _enabled("plex", "Use Plex")
plex_url = _url("plex", "Address of Plex", help="For example http://127.0.0.1:32400.")
plex_token = _secret(
    "plex",
    "token",
    "Plex token",
    "In Plex: Get info of any video, View XML; the address of that page ends with it.",
)
plex_refresh = Option[bool](
    key="plex_refresh",
    kind=Kind.SWITCH,
    default=False,
    group=Group.SERVICES,
    label="Tell Plex of changed files",
    service="plex",
)
plex_folder = _folder("plex", "Plex", r"/data/videos or D:\Videos")

jellyfin_enabled = _enabled("jellyfin", "Tell Jellyfin of changed files")
jellyfin_url = _url("jellyfin", "Address of Jellyfin", help="For example http://127.0.0.1:8096.")
jellyfin_api_key = _secret(
    "jellyfin", "api_key", "Jellyfin key", "In Jellyfin: Dashboard, API keys."
)
jellyfin_folder = _folder("jellyfin", "Jellyfin", r"/data/videos or D:\Videos")

emby_enabled = _enabled("emby", "Tell Emby of changed files")
emby_url = _url("emby", "Address of Emby", help="For example http://127.0.0.1:8096.")
emby_api_key = _secret("emby", "api_key", "Emby key", "In Emby: Settings, API keys.")
emby_folder = _folder("emby", "Emby", r"/data/videos or D:\Videos")

kodi_enabled = _enabled("kodi", "Tell Kodi of changed files")
kodi_url = _url(
    "kodi",
    "Address of Kodi",
    help="For example http://127.0.0.1:8080. In Kodi: Services, Control, allow it by HTTP.",
)
kodi_user = Option[str](
    key="kodi_user",
    kind=Kind.TEXT,
    default="kodi",
    group=Group.SERVICES,
    label="Kodi user",
    service="kodi",
)
kodi_password = _secret("kodi", "password", "Kodi password")
kodi_folder = _folder("kodi", "Kodi", "smb://nas/videos")

ALL = tuple(value for value in list(globals().values()) if isinstance(value, Option))
