"""fanart.tv, over HTTP against its fake."""

import pytest

from mvidarr.core import errors
from mvidarr.core.http import Conf
from mvidarr.integrations import fanarttv as adapter
from mvidarr.integrations.protocols import Checks, DescribesArtist, FoundFacts, Wanted
from tests.fakes import answers
from tests.fakes.fanarttv import FakeFanartTv

CAN_DESCRIBE: DescribesArtist = adapter.describe
CAN_CHECK: Checks = adapter.check

MBID = "87c5dedd-371d-4a53-9f7f-80522fb7f3cb"
IMAGES = "https://assets.fanart.tv/fanart"


def conf(fake: FakeFanartTv, key: str | None = None) -> Conf:
    key = fake.key if key is None else key
    return Conf(service="fanarttv", base_url=fake.base_url, key=key, backoff=0.001)


def describe(fake: FakeFanartTv, mbid: str = MBID) -> FoundFacts | None:
    return adapter.describe(conf(fake), Wanted(name="Björk", ids={"mb_artist": mbid}))


def test_portraits_come_before_backgrounds_and_the_best_liked_first(
    fanarttv: FakeFanartTv,
) -> None:
    fanarttv.add_artist(
        "Björk",
        mbid=MBID,
        backgrounds=((f"{IMAGES}/e.jpg", 99),),
        thumbs=((f"{IMAGES}/b.jpg", 9), (f"{IMAGES}/a.jpg", 10), ("", 50), (f"{IMAGES}/a.jpg", 1)),
    )

    facts = describe(fanarttv)

    pictures = tuple(f"{IMAGES}/{name}.jpg" for name in "abe")
    assert facts == FoundFacts(found_by="fanarttv", pictures=pictures)


def test_artist_without_pictures_has_none(fanarttv: FakeFanartTv) -> None:
    fanarttv.add_artist("Björk", mbid=MBID)

    assert describe(fanarttv) is None


def test_unknown_artist_is_none(fanarttv: FakeFanartTv) -> None:
    assert describe(fanarttv) is None


@pytest.mark.parametrize("mbid", ["", "x", "..", MBID.upper(), f"{MBID}/.."])
def test_artist_without_a_musicbrainz_id_is_not_asked_for(
    fanarttv: FakeFanartTv, mbid: str
) -> None:
    assert describe(fanarttv, mbid) is None
    assert fanarttv.asked == []


def test_missing_key_is_asked_for(fanarttv: FakeFanartTv) -> None:
    with pytest.raises(errors.NotConfigured, match="key"):
        adapter.check(conf(fanarttv, key=""))
    assert fanarttv.asked == []


def test_wrong_key_is_refused_for_good(fanarttv: FakeFanartTv) -> None:
    with pytest.raises(errors.ServiceError, match=r"fanart\.tv refused the key") as caught:
        adapter.check(conf(fanarttv, key="another"))
    assert caught.value.permanent


def test_refusal_with_a_status_of_success_is_none(fanarttv: FakeFanartTv) -> None:
    fanarttv.fails(answers.json_of({"status": "error", "error message": "Invalid API key"}))

    with pytest.raises(errors.ServiceError, match="refused the request"):
        describe(fanarttv)


def test_check_says_that_it_answers(fanarttv: FakeFanartTv) -> None:
    said = adapter.check(conf(fanarttv))
    assert said == ("fanart.tv answers and accepts the key, but does not know a famous artist.")
    fanarttv.add_artist("Nirvana", mbid=adapter.PROBE)
    assert adapter.check(conf(fanarttv)) == "fanart.tv answers and accepts the key."
