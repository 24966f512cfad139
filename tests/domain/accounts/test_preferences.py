"""How somebody wants the pages to look."""

import pytest

from mvidarr.accounts import preferences
from mvidarr.core.errors import Invalid
from tests.factories import fresh, make_user

pytestmark = pytest.mark.usefixtures("database")


def test_a_choice_is_kept_beside_the_others() -> None:
    user = make_user()
    preferences.choose(user.id, {"theme": "light"})
    preferences.choose(user.id, {"accent": "pink"})
    preferences.choose(user.id, {})

    assert fresh(user).prefs == {"theme": "light", "accent": "pink"}


def test_what_is_not_offered_is_refused_by_name() -> None:
    user = make_user()

    with pytest.raises(Invalid) as caught:
        preferences.choose(user.id, {"theme": "purple", "accent": "pink"})
    assert caught.value.fields == {"theme": "Choose one of: dark, light, auto."}
    assert fresh(user).prefs == {}
