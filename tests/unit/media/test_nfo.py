import re
from dataclasses import fields
from pathlib import Path
from xml.etree import ElementTree

import defusedxml.ElementTree as safe_xml
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvidarr.core.errors import Invalid
from mvidarr.media import artist_nfo, nfo
from mvidarr.media.artist_nfo import ArtistFacts
from mvidarr.media.nfo import NfoFacts, Streams

RECORDED = Path(__file__).parents[3] / "../shared/recorded/nfo/kodi_musicvideo_dancing_queen.nfo"

KODI_ONLY = ("thumb", "fanart", "track", "rating", "set", "trailer")  # not written by us

FULL = NfoFacts(
    title="Jóga & <friends>",
    artists=("Björk", "Evelyn Glennie"),
    original_title="Joga",
    sort_title="joga",
    album="Homogenic",
    plot="Iceland moves.\nSlowly.",
    duration=301.2,
    released="1997-09-15",
    year=1997,
    genres=("Electronic",),
    tags=("Director's Cut",),
    directors=("Michel Gondry",),
    studios=("One Little Indian",),
    credits=("Sjón",),
    country="Iceland",
    youtube_id="loB0kmz_0MM",
    imvdb_id="121779770452",
    mb_recording="5a1d0cd9-5a0c-4c27-9ad6-7b6d4c7f7c71",
    rating=9,
    added_at=1_700_000_000_999,
    streams=Streams(
        video_codec="h264",
        width=1920,
        height=1080,
        duration=301.2,
        hdr="hdr10",
        audio_codec="aac",
        channels=2,
        subtitles=("eng", "isl"),
    ),
)

texts = st.text(
    st.one_of(st.characters(), st.sampled_from("\r\n\t\x0b\ufffe\ud800\u200b&<>\"'/ ]]>imvdb.com")),
    max_size=40,
)
lists = st.lists(texts, max_size=3).map(tuple)
numbers = st.none() | st.integers(-5, 100_000)
seconds = st.none() | st.floats(allow_nan=True, allow_infinity=True)
streams = st.builds(
    Streams,
    video_codec=texts,
    width=numbers,
    height=numbers,
    duration=seconds,
    hdr=texts,
    audio_codec=texts,
    channels=numbers,
    subtitles=lists,
)
any_facts = st.builds(
    NfoFacts,
    **dict.fromkeys(("artists", "genres", "tags", "directors", "studios", "credits"), lists),
    **dict.fromkeys(("title", "original_title", "sort_title", "album", "plot", "country"), texts),
    **dict.fromkeys(("youtube_id", "imvdb_id", "mb_recording"), texts),
    duration=seconds,
    released=st.none() | st.dates().map(str) | texts,
    year=numbers,
    rating=numbers,
    added_at=st.none() | st.integers(),
    streams=st.none() | streams,
)


def root_of(data: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(data)


@given(any_facts)
def test_reading_gives_back_what_was_written(facts: NfoFacts) -> None:
    cleaned = nfo.clean(facts)

    assert nfo.read(nfo.render(facts)) == cleaned
    assert nfo.clean(cleaned) == cleaned


@given(any_facts)
def test_nothing_that_stops_a_reader_is_written(facts: NfoFacts) -> None:
    root = root_of(nfo.render(facts))

    for element in root.iter():
        text = element.text or ""
        assert text.strip() or len(element)
        assert "imvdb.com" not in text.lower()
    for number in (*root.iter("width"), *root.iter("height"), *root.iter("runtime")):
        assert int(number.text or "") > 0
    assert not root.findall("artist/*")
    assert not root.findall("thumb")


@given(any_facts)
def test_every_reader_gets_what_it_takes(facts: NfoFacts) -> None:
    """Well-formed for the strict ones, no control characters, whole numbers, nothing nested."""
    data = nfo.render(facts)

    root = safe_xml.fromstring(data, forbid_dtd=True)
    assert root.tag == "musicvideo"
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", data.decode())
    assert root.findtext("title")
    for artist in root.findall("artist"):
        assert artist.text
        assert " / " not in artist.text
    for number in ("runtime", "year", "userrating"):
        assert all((found.text or "").isdecimal() for found in root.findall(number))
    streams = root.find("fileinfo/streamdetails")
    for name in ("width", "height", "durationinseconds", "channels"):
        found = streams.iter(name) if streams is not None else ()
        assert all((one.text or "").isdecimal() for one in found)
    for tag in ("premiered", "dateadded"):
        for one in root.findall(tag):
            assert re.fullmatch(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?", one.text or "")
    assert len(root.findall("uniqueid[@default='true']")) <= 1
    assert not set(KODI_ONLY) & {child.tag for child in root}


@given(any_facts, any_facts)
def test_merging_keeps_a_file_that_every_reader_takes(old: NfoFacts, new: NfoFacts) -> None:
    merged = nfo.merge(nfo.render(old), new)

    assert safe_xml.fromstring(merged, forbid_dtd=True).tag == "musicvideo"
    assert nfo.read(merged).title == nfo.clean(new).title
    assert nfo.merge(merged, new) == merged


@given(
    st.builds(
        ArtistFacts,
        **dict.fromkeys(("name", "sort_name", "disambiguation", "mb_artist"), texts),
        **dict.fromkeys(("biography", "country"), texts),
        genres=lists,
    )
)
def test_every_reader_takes_an_artist(facts: ArtistFacts) -> None:
    data = artist_nfo.render(facts)

    root = safe_xml.fromstring(data, forbid_dtd=True)
    assert root.tag == "artist"
    assert root[0].tag == "name"
    assert (root.findtext("name") or "").strip()
    assert all((child.text or "").strip() and not len(child) for child in root)
    assert "imvdb.com" not in data.decode().lower()
    assert artist_nfo.merge(data, facts) == data


def test_an_artists_file_keeps_what_others_wrote() -> None:
    old = b"""<artist><name>Old</name><genre>Rock</genre><mood>Happy</mood>
    <thumb>https://example.com/x.jpg</thumb></artist>"""

    merged = artist_nfo.merge(
        old, ArtistFacts(name="Bj\u00f6rk", genres=("Pop",), mb_artist="87c5dedd")
    )

    assert [(child.tag, child.text) for child in root_of(merged)] == [
        ("name", "Bj\u00f6rk"),
        ("musicBrainzArtistID", "87c5dedd"),
        ("genre", "Pop"),
        ("mood", "Happy"),
        ("thumb", "https://example.com/x.jpg"),
    ]
    assert artist_nfo.merge(b"no xml", ArtistFacts(name="A")) == artist_nfo.render(
        ArtistFacts(name="A")
    )


def test_a_full_file_has_every_element_in_its_order() -> None:
    data = nfo.render(FULL)
    root = root_of(data)

    assert data.startswith(b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<musicvideo>')
    assert [(child.tag, child.text) for child in root if not len(child)] == [
        ("title", "Jóga & <friends>"),
        ("originaltitle", "Joga"),
        ("sorttitle", "joga"),
        ("artist", "Björk"),
        ("artist", "Evelyn Glennie"),
        ("album", "Homogenic"),
        ("plot", "Iceland moves.\nSlowly."),
        ("runtime", "6"),
        ("premiered", "1997-09-15"),
        ("year", "1997"),
        ("genre", "Electronic"),
        ("tag", "Director's Cut"),
        ("director", "Michel Gondry"),
        ("studio", "One Little Indian"),
        ("credits", "Sjón"),
        ("country", "Iceland"),
        ("uniqueid", "loB0kmz_0MM"),
        ("uniqueid", "loB0kmz_0MM"),
        ("uniqueid", "121779770452"),
        ("uniqueid", "5a1d0cd9-5a0c-4c27-9ad6-7b6d4c7f7c71"),
        ("userrating", "9"),
        ("dateadded", "2023-11-14 22:13:20"),
    ]
    assert [child.attrib for child in root.iter("uniqueid")] == [
        {"type": "youtube", "default": "true"},
        {"type": "YoutubeMetadata"},
        {"type": "IMVDb"},
        {"type": "MusicBrainzRecording"},
    ]
    assert [(e.tag, e.text) for e in root.iterfind("fileinfo/streamdetails/*/*")] == [
        ("codec", "h264"),
        ("width", "1920"),
        ("height", "1080"),
        ("durationinseconds", "302"),
        ("hdrtype", "hdr10"),
        ("codec", "aac"),
        ("channels", "2"),
        ("language", "eng"),
        ("language", "isl"),
    ]


def test_every_fact_is_written_and_read() -> None:
    read = nfo.read(nfo.render(FULL))

    for field in fields(NfoFacts):
        assert getattr(read, field.name), field.name


def test_a_video_of_seconds_runs_one_minute() -> None:
    assert root_of(nfo.render(NfoFacts(title="x", duration=0.4))).findtext("runtime") == "1"


def test_the_year_follows_from_the_date() -> None:
    assert nfo.clean(NfoFacts(title="x", released="1997-09-15")).year == 1997
    assert nfo.clean(NfoFacts(title="x", released="15.9.1997")).released is None


def test_addresses_of_scrapers_are_left_out() -> None:
    facts = NfoFacts(title="x", plot="See https://imvdb.com/video/bjork/joga and more.")

    assert nfo.clean(facts).plot == "See and more."


def test_a_value_is_not_split_by_kodi() -> None:
    assert nfo.clean(NfoFacts(title="x", artists=("AC / DC", "AC/DC"))).artists == ("AC/DC",)


def test_files_of_others_are_read() -> None:
    data = b"""\xef\xbb\xbf<?xml version="1.0" encoding="UTF-8"?>
    <musicvideo><title>Dancing Queen</title><artist><name>ABBA</name></artist>
    <genre>Pop / Disco</genre><runtime>four</runtime><year>1976</year>
    <uniqueid type="YouTube">xFrGuyw1V8s</uniqueid><rating>7</rating></musicvideo>
    https://www.imvdb.com/video/abba/dancing-queen"""

    facts = nfo.read(data)

    assert facts.artists == ("ABBA",)
    assert facts.genres == ("Pop", "Disco")
    assert facts.youtube_id == "xFrGuyw1V8s"
    assert (facts.year, facts.duration) == (1976, None)


def test_a_file_in_another_encoding_is_read() -> None:
    xml = '<?xml version="1.0" encoding="UTF-16"?><musicvideo><title>Jóga</title></musicvideo>'

    assert nfo.read(xml.encode("utf-16")).title == "Jóga"


@pytest.mark.skipif(not RECORDED.exists(), reason="recorded data are not here")
def test_a_file_that_kodi_exported_is_read() -> None:
    facts = nfo.read(RECORDED.read_bytes())

    assert (facts.title, facts.artists, facts.album) == ("Dancing Queen", ("ABBA",), "Arrival")
    assert facts.streams
    assert (facts.streams.width, facts.streams.channels) == (716, 2)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"https://imvdb.com/video/1",
        b"<musicvideo><title>x</title>",
        b"<musicvideo><title></title></musicvideo>",
        b"<musicvideo/>",
        b"<!DOCTYPE x><musicvideo><title>x</title></musicvideo>",
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
        b"<musicvideo><title>&a;</title></musicvideo>",
        b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
        b"<musicvideo><title>&b;</title></musicvideo>",
        b'<?xml version="1.0" encoding="klingon"?><musicvideo><title>x</title></musicvideo>',
        b"<musicvideo><title>x</title>" + b"<a>" * 90_000 + b"</a>" * 90_000 + b"</musicvideo>",
        b"<musicvideo><title>" + b"x" * nfo.LIMIT + b"</title></musicvideo>",
        b"\x00\xff" * 50,
    ],
)
def test_a_file_that_is_hostile_or_broken_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid):
        nfo.read(data)

    assert nfo.merge(data, FULL) == nfo.render(FULL)


def test_merging_keeps_what_others_wrote() -> None:
    old = b"""<musicvideo override="true"><title>Old</title><genre>Rock</genre>
    <plot>Written by hand.</plot><top250>3</top250><lockdata>true</lockdata>
    <uniqueid type="imdb" default="true">tt1</uniqueid><uniqueid type="youtube">old</uniqueid>
    <actor><name>Bjork</name><role>Herself</role></actor></musicvideo>"""

    root = root_of(nfo.merge(old, NfoFacts(title="New", year=1997, youtube_id="new")))

    assert root.attrib == {"override": "true"}
    assert [child.tag for child in root] == [
        *("title", "year", "uniqueid", "uniqueid"),
        *("plot", "top250", "lockdata", "uniqueid", "actor"),
    ]
    assert root.findtext("title") == "New"
    assert root.findtext("plot") == "Written by hand."
    assert root.findtext("actor/role") == "Herself"
    assert [(e.get("type"), e.get("default"), e.text) for e in root.iter("uniqueid")] == [
        ("youtube", "true", "new"),
        ("YoutubeMetadata", None, "new"),
        ("imdb", None, "tt1"),
    ]


def test_merging_into_our_own_file_changes_nothing() -> None:
    data = nfo.render(FULL)

    assert nfo.merge(data, FULL) == data
    assert nfo.digest(nfo.merge(data, FULL)) == nfo.digest(data)
    assert nfo.digest(data) != nfo.digest(data + b"\n")


def test_what_xml_cannot_hold_is_removed() -> None:
    assert nfo.clean_xml("a\x00\x0b\ud800\ufffe\uffff🎵\tb\r\nc\rd") == "a🎵\tb\nc\nd"


def test_an_id_that_we_do_not_know_stays_and_one_that_we_do_is_there_once() -> None:
    theirs = b"""<musicvideo><title>A</title><uniqueid type="imvdb">1</uniqueid>
    <uniqueid type="MusicBrainzRecording">2</uniqueid><uniqueid>3</uniqueid>
    <uniqueid type="YouTube">old</uniqueid></musicvideo>"""

    root = safe_xml.fromstring(nfo.merge(theirs, NfoFacts(title="A", imvdb_id="9")))

    assert [(one.get("type"), one.text) for one in root.iter("uniqueid")] == [
        *(("IMVDb", "9"), ("MusicBrainzRecording", "2"), (None, "3")),
    ]
