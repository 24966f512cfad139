"""PO tokens from a provider that the operator runs, by yt-dlp's own interface for providers.

Question and answer are those that such servers agree on: `POST <address>/get_pot` with the text
that the token is bound to, answered by `{"poToken": …}`. Only the child imports this.
"""

import json
from typing import Any

from yt_dlp.extractor.youtube.pot import provider
from yt_dlp.extractor.youtube.pot.provider import ExternalRequestFeature as Feature
from yt_dlp.extractor.youtube.pot.utils import WEBPO_CLIENTS, get_webpo_content_binding
from yt_dlp.networking import Request
from yt_dlp.networking.exceptions import RequestError

PATIENCE = 30.0  # seconds: a provider may start a browser for its first token
LARGEST = 64_000  # bytes of an answer


def arguments(address: str) -> dict[str, dict[str, list[str]]]:
    """The extractor arguments that name the provider."""
    return {"youtubepot-mvidarr": {"address": [address]}}


@provider.register_provider
class MvidarrPTP(provider.PoTokenProvider):
    """Its key, `mvidarr`, is the name of the class without the ending."""

    PROVIDER_VERSION = "1"
    _SUPPORTED_CLIENTS = WEBPO_CLIENTS
    _SUPPORTED_CONTEXTS = None  # all: the player, the media and the captions
    _SUPPORTED_EXTERNAL_REQUEST_FEATURES = (
        Feature.PROXY_SCHEME_HTTP,
        Feature.PROXY_SCHEME_HTTPS,
        Feature.PROXY_SCHEME_SOCKS4,
        Feature.PROXY_SCHEME_SOCKS4A,
        Feature.PROXY_SCHEME_SOCKS5,
        Feature.PROXY_SCHEME_SOCKS5H,
    )

    def is_available(self) -> bool:
        return bool(self._address())

    def _real_request_pot(self, request: Any) -> Any:
        binding, _ = get_webpo_content_binding(request)
        if not binding:
            raise provider.PoTokenProviderRejectedRequest("nothing to bind the token to")
        question = {"content_binding": binding, "proxy": request.request_proxy}
        asked = Request(
            f"{self._address()}/get_pot",
            data=json.dumps({key: value for key, value in question.items() if value}).encode(),
            headers={"Content-Type": "application/json"},
            proxies={"all": None},  # the operator's own server, often on this machine
            extensions={"timeout": PATIENCE},
        )
        try:
            token = json.loads(self._request_webpage(asked, note=False).read(LARGEST))["poToken"]
            if not isinstance(token, str):
                raise TypeError("no token in its answer")
        except (RequestError, ValueError, KeyError, TypeError) as error:
            words = f"the PO-token provider failed: {error}"
            raise provider.PoTokenProviderError(words, expected=True) from error
        return provider.PoTokenResponse(po_token=token)

    def _address(self) -> str:
        return str(next(iter(self._configuration_arg("address", casesense=True)), "")).rstrip("/")
