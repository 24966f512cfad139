"""Lists as files and pasted texts: every format, every encoding, and no crash on any bytes."""

import random
import string
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mvidarr.core.errors import Invalid
from mvidarr.integrations import list_files
from mvidarr.integrations.protocols import Listed

ID = "dQw4w9WgXcQ"
SUFFIXES = ("", ".txt", ".csv", ".tsv", ".m3u", ".M3U8")


def read(name: str, text: str, encoding: str = "utf-8") -> list[Listed]:
    return list_files.parse(name, text.encode(encoding))


def pairs(found: list[Listed]) -> list[tuple[str, str]]:
    return [(entry.artist, entry.title) for entry in found]


def problem(name: str, content: bytes) -> str:
    with pytest.raises(Invalid) as caught:
        list_files.parse(name, content)
    (field,) = caught.value.fields
    assert field == "file"
    return caught.value.fields["file"]


# plain text


def test_each_line_is_an_artist_or_a_song() -> None:
    text = """# my favourites
    Björk
    Massive Attack - Teardrop
    Sigur Rós – Hoppípolla
    Portishead — Roads - Live
    Jay-Z
    Air\tKelly Watch the Stars

    坂本 龍一
    """
    assert pairs(read("list.txt", text)) == [
        ("Björk", ""),
        ("Massive Attack", "Teardrop"),
        ("Sigur Rós", "Hoppípolla"),
        ("Portishead", "Roads - Live"),
        ("Jay-Z", ""),
        ("Air", "Kelly Watch the Stars"),
        ("坂本 龍一", ""),
    ]


def test_numbers_and_bullets_before_a_name_are_dropped() -> None:
    lines = ("1. Björk", "2) Air - Playground Love", "- Tool", "• Moby", "* Blur")
    names = ("3 Doors Down", "10cc", "65daysofstatic")

    assert pairs(read("list.txt", "\n".join((*lines, *names)))) == [
        ("Björk", ""),
        ("Air", "Playground Love"),
        ("Tool", ""),
        ("Moby", ""),
        ("Blur", ""),
        ("3 Doors Down", ""),
        ("10cc", ""),
        ("65daysofstatic", ""),
    ]


def test_links_to_uploads_are_kept() -> None:
    text = f"""https://youtu.be/{ID}
    Björk - Jóga https://www.youtube.com/watch?v=aaaaaaaaaaa&t=3
    https://vimeo.com/64611906 Air - Sexy Boy
    Moby https://example.org/moby
    https://example.org/nothing
    """
    found = read("list.txt", text)

    assert pairs(found) == [("", ""), ("Björk", "Jóga"), ("Air", "Sexy Boy"), ("Moby", "")]
    uploads = [(u.provider, u.source_id) if (u := entry.upload) else None for entry in found]
    assert uploads == [
        ("youtube", ID),
        ("youtube", "aaaaaaaaaaa"),
        ("vimeo", "64611906"),
        None,
    ]
    assert found[0].external_id == f"youtube:{ID}"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"]
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("suffix", [".txt", ".csv", ".m3u"])
def test_every_encoding_is_read(encoding: str, line_end: str, suffix: str) -> None:
    lines = ["Björk", "Sigur Rós"]
    if suffix == ".m3u":
        lines = [f"#EXTINF:1,{name} - Song{line_end}x.mp3" for name in lines]
    text = line_end.join(lines)

    assert [e.artist for e in read(f"list{suffix}", text, encoding)] == ["Björk", "Sigur Rós"]


def test_big_endian_mark_is_known() -> None:
    assert list_files.parse("x", b"\xfe\xff" + "Björk".encode("utf-16-be"))[0].artist == "Björk"


def test_quotes_of_windows_are_read() -> None:
    assert read("x.txt", "Guns N’ Roses – Patience", "cp1252")[0].artist == "Guns N’ Roses"
    assert list_files.parse("x.txt", b"Bj\xf6rk \x81")[0].artist.startswith("Björk")


def test_spellings_of_one_entry_come_once_and_keep_its_id() -> None:
    one = read("a.txt", "The Beatles\nbeatles\nBEATLES\nThe Beatles - Help!\nbeatles - help")
    two = read("b.csv", "artist;title\nBeatles;\nBeatles;Help")

    assert pairs(one) == [("The Beatles", ""), ("The Beatles", "Help!")]
    assert [entry.external_id for entry in one] == [entry.external_id for entry in two]


def test_names_that_are_none_are_left_out() -> None:
    text = f"Björk\n---\n!\nVarious Artists\n[unknown]\n{'x' * 10_000}\nAir - {'y' * 10_000}\n"

    assert pairs(read("x.txt", text)) == [("Björk", ""), ("!", "")]


# tables


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_columns_may_stand_in_any_order(sign: str) -> None:
    mbid = "87c5dedd-371d-4a53-9f7f-80522fb7f3cb"
    rows = [
        ["Year", "Track Name", "ALBUM", "MBID", "Artist", "Plays", "Genres", "ISRC"],
        ["1997", "Jóga", "Homogenic", mbid, "Björk", '"1,204"', "pop", "GBX"],
        ["", "Roads", "", "nonsense", "Portishead", "", "", ""],
    ]
    found = read("x.csv", "\n".join(sign.join(row) for row in rows))

    assert found[0].ids == {"mb_artist": mbid}
    assert (found[0].artist, found[0].title, found[0].album) == ("Björk", "Jóga", "Homogenic")
    assert (found[0].year, found[0].plays, found[0].isrc) == (1997, 1204, "GBX")
    assert found[0].genres == ("pop",)
    assert (found[1].artist, found[1].title, found[1].album) == ("Portishead", "Roads", None)
    assert (found[1].ids, found[1].year, found[1].plays, found[1].genres) == ({}, None, None, ())


EXPORTED = (
    '"Track URI","Track Name","Artist URI(s)","Artist Name(s)","Album URI","Album Name",'
    '"Album Artist URI(s)","Album Artist Name(s)","Album Release Date","Track Duration (ms)"\n'
    '"spotify:track:1","Tusa","spotify:artist:790FomKkXshlbRYZFtlgla, '
    'spotify:artist:0hCNtLu0JehylgoiP8L4Gh","KAROL G, Nicki Minaj","x","Tusa",'
    '"spotify:artist:0hCNtLu0JehylgoiP8L4Gh","Somebody","2019-11-07","200960"\n'
    '"spotify:track:2","Yonkers","spotify:artist:4V8LLVI7PbaPR0K2TGSxFF","Tyler, The Creator",'
    '"x","Goblin","","","2011","200000"\n'
    '"spotify:track:3","EARFQUAKE","spotify:artist:4V8LLVI7PbaPR0K2TGSxFF, '
    'spotify:artist:0hCNtLu0JehylgoiP8L4Gh","Tyler\\, The Creator, Other","x","","","","",""\n'
)


def test_export_of_spotify_is_read() -> None:
    found = read("playlist.csv", EXPORTED)

    assert pairs(found) == [
        ("KAROL G", "Tusa"),
        ("Tyler, The Creator", "Yonkers"),
        ("Tyler, The Creator", "EARFQUAKE"),
    ]
    assert found[0].ids == {"spotify_artist": "790FomKkXshlbRYZFtlgla"}
    assert (found[0].album, found[0].year, found[0].duration) == ("Tusa", 2019, 200.96)
    assert (found[2].album, found[2].year, found[2].duration) == (None, None, None)


@pytest.mark.parametrize(
    ("cell", "artist"),
    [
        ("Björk;Thom Yorke", "Björk"),
        ("Tyler, The Creator;Kali Uchis", "Tyler, The Creator"),
        ("Björk,Thom Yorke", "Björk"),
        ("Earth\\, Wind & Fire, Other", "Earth, Wind & Fire"),
    ],
)
def test_first_of_several_artists_counts(cell: str, artist: str) -> None:
    table = f'Track Name,Artist Name(s)\nSong,"{cell}"\n'

    assert pairs(read("x.csv", table)) == [(artist, "Song")]


def test_column_of_one_artist_is_taken_whole() -> None:
    table = 'Artist,Title\n"Earth, Wind & Fire",September\n'

    assert pairs(read("x.csv", table)) == [("Earth, Wind & Fire", "September")]


@pytest.mark.parametrize(
    "head",
    [
        "Künstlername(n),Track-Name",
        "Nombre(s) del artista,Nombre de la canción",
        "Nom(s) de l'artiste,Nom du titre",
        "Nome dell'artista,Nome della traccia",
        "Naam van artiest,Nummernaam",
        "Nome(s) do artista,Nome da faixa",
        "Artistens namn,Låtens namn",
        "Sanatçı Adı,Parça Adı",
        "アーティスト名,トラック名",
        "Όνομα/τα καλλιτέχνη,Όνομα κομματιού",
        "INTERPRET,TITEL",
        "artist_name,track_name",
    ],
)
def test_headers_are_known_in_many_languages(head: str) -> None:
    assert pairs(read("x.csv", f"Nr.,{head}\n1,Björk,Jóga\n")) == [("Björk", "Jóga")]


def test_artist_of_the_song_goes_before_that_of_the_album() -> None:
    table = "Album Artist,Artist,Title\nVarious Artists,Björk,Jóga\n"
    assert pairs(read("x.csv", table)) == [("Björk", "Jóga")]
    assert pairs(read("x.csv", "Album Artist,Title\nBjörk,Jóga\n")) == [("Björk", "Jóga")]


def test_table_without_a_header_begins_with_the_artist() -> None:
    assert pairs(read("x.csv", "Björk,1997,pop\nAir,1998,pop\n")) == [("Björk", ""), ("Air", "")]
    assert pairs(read("x.csv", "Björk\nAir - Sexy Boy\n")) == [("Björk", ""), ("Air", "Sexy Boy")]


def test_table_with_titles_alone_has_the_artist_in_them() -> None:
    assert pairs(read("x.csv", "Title,Year\nBjörk - Jóga,1997\n")) == [("Björk", "Jóga")]


def test_spreadsheet_may_name_its_sign() -> None:
    assert pairs(read("x.csv", "sep=;\nArtist;Title\nA, B;C\n")) == [("A, B", "C")]


def test_quoted_lines_are_one_cell() -> None:
    assert pairs(read("x.csv", 'Artist,Title\n"Björk","Jóga\n(live)"\n')) == [
        ("Björk", "Jóga (live)")
    ]


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [
        ("3:45", 225.0),
        ("1:02:03", 3723.0),
        ("200960", 200.96),
        ("225", 225.0),
        ("0", None),
        ("0:00", None),
        ("-3", None),
        ("soon", None),
        ("9" * 50, 999_999_999.999),
        ("", None),
    ],
)
def test_lengths_are_read_in_every_unit(cell: str, seconds: float | None) -> None:
    (entry,) = read("x.csv", f"Artist,Title,Duration\nA,B,{cell}\n")
    assert entry.duration == seconds


def test_link_in_a_table_is_the_upload() -> None:
    table = f"Artist,Title,Link\nBjörk,Jóga,https://youtu.be/{ID}\nAir,All I Need,https://x.org/a\n"
    one, two = read("x.csv", table)

    assert one.upload is not None
    assert (one.upload.source_id, one.upload.title) == (ID, "Jóga")
    assert two.upload is None


def test_pasted_table_is_known_by_its_header() -> None:
    assert pairs(list_files.parse_text("Artist\tTitle\nBjörk\tJóga\n")) == [("Björk", "Jóga")]
    assert pairs(list_files.parse_text("Tyler, The Creator\nBjörk, Air")) == [
        ("Tyler, The Creator", ""),
        ("Björk, Air", ""),
    ]


def test_damaged_table_is_told() -> None:
    content = b'artist,title\n"' + b"x" * 200_000
    assert "near line" in problem("x.csv", content)


# playlists of players


def test_playlist_names_its_songs() -> None:
    text = f"""#EXTM3U
#PLAYLIST:Mine
#EXTINF:212,Björk - Jóga
/music/bjork/joga.flac
#EXTINF:-1 tvg-id="a,b" group-title="x - y",Air - Sexy Boy
C:\\music\\air.mp3
#EXTINF:100.5,Portishead — Roads
https://www.youtube.com/watch?v={ID}
#EXTINF:7,No artist at all
song.mp3
not/said/of.mp3
#EXTINF:60,Kelly
#EXTART:Air
kelly.mp3
#EXTINF:61,Moby - Porcelain
#EXTART:Moby
moby.mp3
https://youtu.be/aaaaaaaaaaa
#EXTINF:broken
x.mp3
"""
    found = read("list.m3u8", text)

    assert pairs(found) == [
        ("Björk", "Jóga"),
        ("Air", "Sexy Boy"),
        ("Portishead", "Roads"),
        ("Air", "Kelly"),
        ("Moby", "Porcelain"),
        ("", ""),
    ]
    assert [entry.duration for entry in found] == [212.0, None, 100.0, 60.0, 61.0, None]
    assert [bool(entry.upload) for entry in found] == [False, False, True, False, False, True]


def test_playlist_is_known_by_its_first_line() -> None:
    text = "#EXTM3U\n#EXTINF:1,Björk - Jóga\nx.mp3"
    assert pairs(read("upload", text)) == [("Björk", "Jóga")]
    assert pairs(list_files.parse_text(text)) == [("Björk", "Jóga")]


# limits and refusals


def test_too_many_entries_are_refused() -> None:
    lines = "\n".join(f"Artist {number}" for number in range(20_000))

    assert len(read("x.txt", lines)) == 20_000
    assert "20,000" in problem("x.txt", f"{lines}\nOne more".encode())


def test_too_large_a_file_is_refused() -> None:
    assert "5 MiB" in problem("x.txt", b"x" * (5 * 1024 * 1024 + 1))


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        b"PK\x03\x04\x14\x00\x06\x00\x08\x00",
        b"ID3\x04\x00\x00\x00\x00",
        b"\x00" * 100,
    ],
)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_is_no_text_is_refused(content: bytes, suffix: str) -> None:
    assert "plain text, CSV or M3U" in problem(f"x{suffix}", content)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"# only\n# comments", b"\xef\xbb\xbf", b"---"])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_list_without_entries_is_refused(content: bytes, suffix: str) -> None:
    if suffix in {".csv", ".tsv"} and content.startswith(b"#"):
        content = b"artist,title\n"
    assert "No artist" in problem(f"x{suffix}", content)


def test_pasted_text_has_its_own_field() -> None:
    with pytest.raises(Invalid) as caught:
        list_files.parse_text("")
    assert list(caught.value.fields) == ["text"]


# properties


def taken(name: str, content: bytes) -> list[Listed]:
    try:
        return list_files.parse(name, content)
    except Invalid as error:
        assert all(sentence.endswith(".") for sentence in error.fields.values())  # noqa: PT017
        return []


@given(st.sampled_from(SUFFIXES), st.binary(max_size=400))
@example(".csv", b'"')
@example(".csv", b"a\rb")
@example(".m3u", b"#EXTINF:,")
def test_any_bytes_are_taken(suffix: str, content: bytes) -> None:
    taken(f"x{suffix}", content)


TEXTS = st.text(
    st.one_of(st.sampled_from(' -–#,;\t|"\\\r\n:/0123456789'), st.characters(codec="utf-8")),
    max_size=300,
)


@given(st.sampled_from(SUFFIXES), TEXTS, st.sampled_from(["utf-8", "utf-16", "utf-8-sig"]))
def test_any_text_is_taken_and_its_entries_are_whole(suffix: str, text: str, encoding: str) -> None:
    found = taken(f"x{suffix}", text.encode(encoding))

    assert found == taken(f"x{suffix}", text.encode(encoding))
    assert len({entry.external_id for entry in found}) == len(found)
    for entry in found:
        assert entry.artist or entry.upload
        assert len(entry.artist) <= 255
        assert len(entry.title) <= 255


@given(TEXTS)
def test_any_text_may_be_pasted(text: str) -> None:
    try:
        list_files.parse_text(text)
    except Invalid as error:
        assert list(error.fields) == ["text"]  # noqa: PT017


NAMES = st.text(string.ascii_letters + "éß坂Ж0123456789&.'!", min_size=1, max_size=30)


@given(st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=20), st.randoms())
def test_order_of_lines_changes_nothing(rows: list[tuple[str, str]], dice: random.Random) -> None:
    lines = [f"{artist} - {title}" for artist, title in rows]
    ids = {entry.external_id for entry in taken("x.txt", "\n".join(lines).encode())}
    dice.shuffle(lines)

    assert {e.external_id for e in taken("x.txt", "\n".join(lines).encode())} == ids


@pytest.mark.parametrize(
    "content",
    [
        b"#EXTINF:" + b'"' * 200_000,
        b"#EXTINF:1" + b'"a"' * 100_000,
        b"a" + b" - " * 300_000,
        b" " * 1_000_000 + b"x",
        b"https://" * 100_000,
        b"1. " * 300_000,
        b"," * 1_000_000,
        b'","' * 200_000,
        b"artist\n" + b"spotify:artist:" * 100_000,
        b"sep=;" * 100_000,
        b"\\," * 300_000,
    ],
)
@pytest.mark.parametrize("suffix", [".txt", ".csv", ".m3u"])
def test_long_lines_end(content: bytes, suffix: str) -> None:
    found: list[Any] = taken(f"x{suffix}", content)
    assert len(found) <= 1
